import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { Envelope } from '@assay/verify/evidence';
import { systemCode, unavailable } from '../failure.ts';
import { findingAfter, findingOf } from '../finding.ts';
import type { HealthCheck } from '../health.ts';
import type { SocketEndpoint } from '../http/endpoint.ts';
import type { Remedies } from '../http/trouble.ts';

/** Launchers before July 2026 open their socket for root alone. */
const ROOT_ONLY = 'run the container as root: leave USER out of its Dockerfile, or say `USER root`';

/** Where there is no launcher. */
export const NOT_THERE =
  'run the container on a Confidential Space image; elsewhere, mount the folder of `assay simulate google` there';

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

/** By the name of the system error. */
export const SOCKET_REMEDIES: Remedies = {
  ENOENT: NOT_THERE,
  ENOTDIR: NOT_THERE,
  EACCES: ROOT_ONLY,
  EPERM: ROOT_ONLY,
};

/** That the launcher's socket is there, in words. Throws `unavailable`. */
export async function isThere(endpoint: SocketEndpoint): Promise<string> {
  const found = await stat(endpoint.path).catch((error: unknown) => {
    const code = systemCode(error);
    const what = code === 'ENOENT' || code === 'ENOTDIR' ? 'no such socket' : 'it cannot be looked at';
    const remedy = (code !== undefined && SOCKET_REMEDIES[code]) || 'see what is mounted there';
    throw unavailable(`${endpoint.shown}: ${what} (${code ?? 'unknown'})`, remedy, error);
  });
  if (!found.isSocket())
    throw unavailable(`${endpoint.shown}: no socket, but another kind of file`, 'see what is mounted there');
  return endpoint.shown;
}

/** That it may be opened, in words. Throws `unavailable`. */
export async function isOpen(endpoint: SocketEndpoint): Promise<string> {
  await access(endpoint.path, constants.R_OK | constants.W_OK).catch((error: unknown) => {
    throw unavailable(`${endpoint.shown}: permission denied (${systemCode(error) ?? 'unknown'})`, ROOT_ONLY, error);
  });
  return `user ${process.getuid?.() ?? '?'} may open ${endpoint.shown}`;
}
