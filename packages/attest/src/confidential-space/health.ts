import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Envelope } from '@assay/verify/evidence';
import type { Detection } from '../attester.ts';
import { systemCode, unavailable } from '../failure.ts';
import { findingAfter, findingOf, whatHappened } from '../finding.ts';
import type { HealthCheck } from '../health.ts';
import type { SocketEndpoint } from '../http/endpoint.ts';

/** Launchers before July 2026 open their socket for root alone. */
export const ROOT_ONLY = 'run the container as root: leave USER out of its Dockerfile, or say `USER root`';

/** Where there is no launcher. */
export const NOT_THERE =
  'run the container on a Confidential Space image; elsewhere, mount the folder of `assay simulate google` there';

/** Whether the launcher's socket is there and may be opened. */
export async function socketDetection(endpoint: SocketEndpoint): Promise<Detection> {
  try {
    await isThere(endpoint);
    await isOpen(endpoint);
    return { available: true, looked: [`${endpoint.shown}: there`] };
  } catch (error) {
    return { available: false, looked: [whatHappened(error)] };
  }
}

/** What tokens need; `tryToken` asks for one that nobody gets to see. */
export function confidentialSpaceHealth(
  endpoint: SocketEndpoint,
  tryToken: (signal?: AbortSignal) => Promise<Envelope>,
): readonly HealthCheck[] {
  const { shown } = endpoint;
  return [
    {
      id: 'confidential-space.socket',
      requires: `The container runs on Confidential Space: the launcher's socket ${shown} is there.`,
      look: () => findingOf(() => isThere(endpoint)),
    },
    {
      id: 'confidential-space.permission',
      requires: 'This user may open the socket.',
      look: () =>
        findingAfter(
          () => isThere(endpoint),
          'no socket',
          () => isOpen(endpoint),
        ),
    },
    {
      id: 'confidential-space.token',
      requires: 'The launcher gets tokens from Google Cloud Attestation.',
      look: (signal) =>
        findingAfter(
          () => isThere(endpoint).then(() => isOpen(endpoint)),
          'the socket cannot be opened',
          async () => `a token of ${(await tryToken(signal)).evidence.length} bytes`,
        ),
    },
  ];
}

async function isThere(endpoint: SocketEndpoint): Promise<string> {
  const found = await stat(endpoint.path).catch((error: unknown) => {
    const code = systemCode(error);
    const what = code === 'ENOENT' || code === 'ENOTDIR' ? 'no such socket' : 'it cannot be looked at';
    throw unavailable(`${endpoint.shown}: ${what} (${code})`, NOT_THERE, error);
  });
  if (!found.isSocket())
    throw unavailable(`${endpoint.shown}: no socket, but another kind of file`, 'see what is mounted there');
  return endpoint.shown;
}

async function isOpen(endpoint: SocketEndpoint): Promise<string> {
  await access(endpoint.path, constants.R_OK | constants.W_OK).catch((error: unknown) => {
    throw unavailable(`${endpoint.shown}: permission denied (${systemCode(error)})`, ROOT_ONLY, error);
  });
  return `user ${process.getuid?.() ?? '?'} may open ${endpoint.shown}`;
}
