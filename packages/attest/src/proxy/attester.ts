import type { Attester } from '../attester.ts';
import { whatHappened } from '../finding.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { createProxyClient } from './client.ts';
import { proxyHealth } from './health.ts';
import type { ProxyPlaceOptions } from './place.ts';

/** Where the attestation proxy is, and how long it may take. */
export interface ProxyOptions extends ProxyPlaceOptions {
  /** Of a quote, waiting in line included; default 35,000: the kernel itself gives up after 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** Of `GET /status`; default 3,000. */
  readonly statusTimeoutMs?: number | undefined;
}

/**
 * Quotes from the attestation proxy of a TDX guest, for containers that cannot open the guest's own interfaces. The proxy
 * has to grant this caller raw report data. What it says of measurements is not believed: the quote has them.
 */
export function createProxyAttester(options: ProxyOptions = {}): Attester {
  const { timeoutMs = 35_000, statusTimeoutMs = 3_000 } = options;
  const client = createProxyClient(options);
  return {
    name: 'proxy',
    async detect(signal) {
      try {
        const { available, told } = await client.status({ milliseconds: statusTimeoutMs, signal });
        return { available, looked: [`${client.endpoint().shown}/status: ${told}`] };
      } catch (error) {
        return { available: false, looked: [whatHappened(error)] };
      }
    },
    async evidence(request) {
      const checked = checkedRequest(request);
      const { reportData, signal } = checked;
      const quote = await client.quote(reportData, { milliseconds: timeoutMs, signal });
      return carrying({ evidence: quote }, checked);
    },
    health: proxyHealth(client, statusTimeoutMs),
  };
}
