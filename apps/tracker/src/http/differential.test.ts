import { once } from 'node:events';
import Server from 'bittorrent-tracker/server';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  announceQuery,
  endpoints4,
  fetched,
  infohash,
  peerId,
  percent,
  served,
  testTracker,
} from '../../../../tools/bittorrent-in-tests.ts';

/** bittorrent-tracker on a port of its own, until the test ends. */
async function other(): Promise<string> {
  const server = new Server({ udp: false, ws: false, stats: false });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.http.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `http://127.0.0.1:${bound.port}`;
}

interface Step {
  readonly swarm: number;
  readonly peer: number;
  readonly left: number;
  readonly stops: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    swarm: fc.nat(2),
    peer: fc.nat(9),
    left: fc.constantFrom(0, 1),
    stops: fc.boolean(),
  }),
  { minLength: 60, maxLength: 60 },
);

test('announce by announce, counts and peers are those of bittorrent-tracker', async () => {
  const [{ address }, theirs] = [await served(testTracker()), await other()];
  const present = new Map<string, number>();
  let compared = 0;
  for (const run of fc.sample(steps, { numRuns: 5, seed: 7 })) {
    for (const { swarm, peer, stops, ...step } of run) {
      const key = `${swarm}/${peer}`;
      // Theirs does not notice when a seed lacks something again.
      const left = present.get(key) === 0 ? 0 : step.left;
      const event = present.has(key) ? (stops ? 'stopped' : '') : 'started';
      const query = announceQuery({
        info_hash: percent(infohash(0xf0 + swarm)),
        peer_id: percent(peerId(peer)),
        port: 1_000 + peer,
        left,
        event,
        numwant: 50,
        compact: 1,
      });
      const [a, b] = await Promise.all([
        fetched(`${address}/announce?${query}`),
        fetched(`${theirs}/announce?${query}`),
      ]);
      if (event === 'stopped') present.delete(key);
      else present.set(key, left);
      const count = (lacks: number) =>
        [...present].filter(([name, lack]) => name.startsWith(`${swarm}/`) && lack === lacks).length;
      expect(a).toMatchObject({ complete: count(0), incomplete: count(1) });
      if (event === 'stopped') continue;
      expect(b).toMatchObject({ complete: a.complete, incomplete: a.incomplete });
      // Theirs answers a client itself, too, and gives seeds to seeds.
      const expected = endpoints4(b.peers).filter((endpoint) => {
        const number = Number(endpoint.split(':')[1]) - 1_000;
        return number !== peer && (left > 0 || present.get(`${swarm}/${number}`) !== 0);
      });
      expect(endpoints4(a.peers)).toEqual(expected);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(150);
});

test('so are the counts of scrapes, while there are peers', async () => {
  const [{ address }, theirs] = [await served(testTracker()), await other()];
  // Theirs answers other bytes of an infohash than ASCII as UTF-8.
  const info_hash = 'abcdefghijklmnopqrst';
  for (let peer = 0; peer < 5; peer += 1) {
    const query = announceQuery({
      info_hash,
      peer_id: percent(peerId(peer)),
      port: 1_000 + peer,
      left: peer % 2,
      event: 'started',
    });
    await Promise.all([fetched(`${address}/announce?${query}`), fetched(`${theirs}/announce?${query}`)]);
  }
  const path = `/scrape?info_hash=${info_hash}`;
  const [a, b] = await Promise.all([fetched(address + path), fetched(theirs + path)]);
  expect(b.files).toMatchObject({ [info_hash]: { complete: 3, incomplete: 2 } });
  expect(a.files).toMatchObject({ [info_hash]: { complete: 3, incomplete: 2 } });
});
