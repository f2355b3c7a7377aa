import { unavailable } from '../failure.ts';
import { findingAfter, findingOf } from '../finding.ts';
import type { HealthCheck } from '../health.ts';
import type { Connection } from './connection.ts';
import { askQuote } from './quote.ts';

const MOUNT =
  'mount /var/run/dstack.sock of the guest into the container, at the same path; ' +
  'outside of dstack start `assay simulate dstack` and set DSTACK_SIMULATOR_ENDPOINT';

/** What `assay doctor` looks at for dstack: the socket, who answers there, and whether it gives a quote. */
export function dstackHealth(connection: Connection): readonly HealthCheck[] {
  const socket = async (): Promise<string> => {
    const { place, there, looked } = await connection.search();
    const found = looked.join(', ');
    if (place === undefined) throw unavailable(found, MOUNT);
    if (!there) throw unavailable(found, `start the guest agent, or correct ${place.origin}`);
    if (place.tappd && place.origin === 'found')
      return `${found}: only the older tappd.sock, which has no events; dstack.sock is the one to mount`;
    return found;
  };
  const agent = async (signal?: AbortSignal): Promise<string> => (await connection.agent(signal)).shown;
  const quote = (signal?: AbortSignal): Promise<string> =>
    connection.use(
      'a quote',
      async (session) => `a quote of ${(await askQuote(session, new Uint8Array(64))).quote.length} bytes`,
      signal,
    );
  return [
    {
      id: 'dstack.socket',
      requires: 'The socket of a dstack guest agent is here, or a variable names its endpoint.',
      look: () => findingOf(socket),
    },
    {
      id: 'dstack.agent',
      requires: 'The guest agent answers, by an API that is known: v1, v0 or Tappd.',
      look: (signal) => findingAfter(socket, 'no guest agent', () => agent(signal)),
    },
    {
      id: 'dstack.quote',
      requires: 'The guest agent gives a quote.',
      look: (signal) =>
        findingAfter(
          () => agent(signal),
          'no guest agent that answers',
          () => quote(signal),
        ),
    },
  ];
}
