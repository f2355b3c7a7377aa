// A process of its own for a tracker that `announce.ts` loads: ours, or the one it is compared with, by its first argument.
// It tells its address, and when asked how long it has worked.
import { once } from 'node:events';
import { createRandom, createSwarms, createTracker, createTrackerServer } from '@assay/tracker';
import Server from 'bittorrent-tracker/server';

const clock = (): Date => new Date();

async function ours(): Promise<string> {
  const swarms = createSwarms({ key: [1, 2], random: createRandom([1, 2, 3, 4]) });
  const gate = {
    user: () => ({ id: '', mayLeech: true }),
    torrent: () => ({ allowed: true }),
    announced: () => undefined,
  };
  const tracker = createTracker({ gate, swarms, clock });
  const fallback = (): never => {
    throw new Error('only announces are expected');
  };
  return (await createTrackerServer({ tracker, host: '127.0.0.1', port: 0, clock, fallback })).address;
}

async function theirs(): Promise<string> {
  const server = new Server({ udp: false, ws: false, stats: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.http.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `http://127.0.0.1:${bound.port}`;
}

const address = await (process.argv[2] === 'ours' ? ours() : theirs());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ microseconds: user + system });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ address });
