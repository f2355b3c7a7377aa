import { lookup } from 'node:dns/promises';
import { lookDeadline, within } from '../deadline.ts';
import { systemCode, unavailable } from '../failure.ts';
import { findingAfter, findingOf } from '../finding.ts';
import type { HealthCheck } from '../health.ts';
import { HOST, type ProxyClient } from './client.ts';

/** Every hop to a quote of the proxy: its name, its port, its answer, the guest's interface behind it. */
export function proxyHealth(client: ProxyClient, timeoutMs: number): readonly HealthCheck[] {
  const name = (signal?: AbortSignal): Promise<string> =>
    within(lookDeadline(timeoutMs, signal), 'the name of the proxy', HOST, () => resolved(client));
  const reached = async (signal?: AbortSignal): Promise<string> =>
    `${client.endpoint().shown}: answers ${(await client.reach(lookDeadline(timeoutMs, signal))).status}`;
  const answered = async (signal?: AbortSignal): Promise<string> =>
    (await client.status(lookDeadline(timeoutMs, signal))).told;
  const available = async (signal?: AbortSignal): Promise<string> => {
    const status = await client.status(lookDeadline(timeoutMs, signal));
    if (!status.available) throw unavailable(`${client.endpoint().shown}/status: ${status.told}`, NO_TDX);
    return status.told;
  };
  return [
    {
      id: 'proxy.name',
      requires: 'TDX_ATTESTATION_PROXY_URL names a socket, or a host that is known here.',
      look: (signal) => findingOf(() => name(signal)),
    },
    {
      id: 'proxy.connection',
      requires: 'The attestation proxy listens there.',
      look: (signal) =>
        findingAfter(
          () => name(signal),
          'no place to ask',
          () => reached(signal),
        ),
    },
    {
      id: 'proxy.status',
      requires: 'It answers `GET /status` as an attestation proxy does.',
      look: (signal) =>
        findingAfter(
          () => reached(signal),
          'nobody answers',
          () => answered(signal),
        ),
    },
    {
      id: 'proxy.available',
      requires: 'It can make quotes: `available` is true.',
      look: (signal) =>
        findingAfter(
          () => answered(signal),
          'no status',
          () => available(signal),
        ),
    },
  ];
}

const NO_TDX =
  'in the guest, see `lsmod | grep tdx`, `mount | grep configfs` and `ls /sys/kernel/config/tsm/report/`; on the host, ' +
  'see that TDX is on in the firmware';

async function resolved(client: ProxyClient): Promise<string> {
  const endpoint = client.endpoint();
  if (endpoint.kind === 'socket') return endpoint.shown;
  const { hostname } = endpoint.url;
  try {
    const { address } = await lookup(hostname.replace(/^\[|\]$/g, ''));
    return hostname === address ? endpoint.shown : `${hostname} is ${address}`;
  } catch (error) {
    throw unavailable(`${hostname}: no such host (${systemCode(error) ?? 'unknown'})`, HOST, error);
  }
}
