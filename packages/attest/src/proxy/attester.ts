import type { Attester } from '../attester.ts';
import { checkedTimeout, lookDeadline } from '../deadline.ts';
import { detection } from '../detection.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { createProxyClient } from './client.ts';
import { proxyHealth } from './health.ts';
import { isBearer, type ProxyPlaceOptions } from './place.ts';
import { proxyStatements } from './statements.ts';

/** Where the attestation proxy is, and how long it may take. */
export interface ProxyOptions extends ProxyPlaceOptions {
  /** Of a quote, waiting in line included; default 35,000: the kernel itself gives up after 30 seconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Quotes from the attestation proxy of a TDX guest, for containers that cannot open the guest's own interfaces. For report
 * data of its own the proxy has to grant this caller raw ones; with a token, statements are the proxy's. What it says of measurements is not believed: the quote has them.
 *
 * @example
 * const envelope = await createProxyAttester({ environment: process.env }).evidence({ reportData });
 */
export function createProxyAttester(options: ProxyOptions = {}): Attester {
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 35_000);
  const client = createProxyClient(options);
  return {
    name: 'proxy',
    detect: (signal) =>
      detection(async (saw) => {
        const { available, told } = await client.status(lookDeadline(timeoutMs, signal));
        saw(`${client.endpoint().shown}/status: ${told}`);
        return available;
      }),
    async evidence(request) {
      const checked = checkedRequest(request);
      const { reportData, signal } = checked;
      const quote = await client.quote(reportData, { milliseconds: timeoutMs, signal });
      return carrying({ tee: 'tdx', evidence: quote }, checked);
    },
    ...(isBearer(options) && { statement: proxyStatements(client, options).issue }),
    health: proxyHealth(client, timeoutMs),
  };
}
