import { once } from 'node:events';
import Server from 'bittorrent-tracker/server';
import { expect, onTestFinished, test } from 'vitest';
import { ANNOUNCED, announcePaths, connectionEach, keptAlive } from '../bench/announce-load.ts';
import { plain, served, testTracker } from './bittorrent-in-tests.ts';

async function other(): Promise<string> {
  const server = new Server({ udp: false, ws: false, stats: false });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.http.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `http://127.0.0.1:${bound.port}`;
}

// Nothing is timed here: only that the benchmark compares like with like.
test.each([
  ['that are kept alive', keptAlive],
  ['for one announce each', connectionEach],
])('over connections %s the benchmark makes announces, which both trackers answer alike', async (_, open) => {
  const [ours, theirs] = [(await served(testTracker())).address, await other()];
  const counts = async (address: string): Promise<readonly unknown[]> => {
    const load = await open(address, 4);
    // Each of 3 peers of each torrent twice; the last answer is then about a torrent that has all of them.
    const last = await load.run(announcePaths(3), ANNOUNCED.length * 3 * 2);
    load.close();
    const body = last.slice(last.indexOf('\r\n\r\n') < 0 ? 0 : last.indexOf('\r\n\r\n') + 4);
    const { complete, incomplete, peers } = plain(Buffer.from(body, 'latin1'));
    expect(peers).toMatch(/^(.{6})+$/s);
    return [complete, incomplete];
  };
  expect(await counts(ours)).toEqual(await counts(theirs));
});
