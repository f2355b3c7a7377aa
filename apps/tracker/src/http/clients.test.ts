import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { served, servedUdp, testTracker } from '../../../../tools/bittorrent-in-tests.ts';
import { CLIENTS, CONTENT_BYTES, OWN_ADDRESS, startClient, torrentFile } from '../../../../tools/tracker-clients.ts';
import type { AnnounceEvent } from '../announce/gate.ts';

const KEYS: readonly string[] = ['seed-key', 'leech-key'];
/** Transmission chooses whom to serve every ten seconds. */
const IN_TIME = { timeout: 60_000, interval: 100 };
const TEST_MS = 180_000;

const transfers = [
  { seed: CLIENTS.aria2, leech: CLIENTS.transmission, over: 'HTTP' },
  { seed: CLIENTS.transmission, leech: CLIENTS.libtorrent, over: 'HTTP' },
  { seed: CLIENTS.libtorrent, leech: CLIENTS.aria2, over: 'HTTP' },
  { seed: CLIENTS.libtorrent, leech: CLIENTS.libtorrent, over: 'UDP' },
] as const;

describe('4 MiB to the last byte', () => {
  for (const { seed, leech, over } of transfers) {
    const missing = [seed, leech].filter(({ installed }) => !installed).map(({ debian }) => `no ${debian}`);
    if (OWN_ADDRESS === undefined) missing.push('no address but loopback');
    const reason = missing.length === 0 ? '' : ` (${missing.join(', ')}: npm run setup:system)`;
    test.skipIf(missing.length > 0)(
      `from ${seed.name} to ${leech.name}, tracked over ${over}${reason}`,
      { timeout: TEST_MS },
      async () => {
        const address = OWN_ADDRESS ?? '';
        const content = new Uint8Array(randomBytes(CONTENT_BYTES));
        const { infohash } = torrentFile(content, '');
        const subject = testTracker({
          gate: {
            user: (key) =>
              key !== undefined && KEYS.includes(key) ? { id: key, mayLeech: key === 'leech-key' } : undefined,
            torrent: (hash) => (Buffer.from(hash).equals(infohash) ? { allowed: true } : undefined),
          },
        });
        const tracker =
          over === 'HTTP'
            ? (await served(subject, { host: address })).address
            : `udp://${address}:${(await servedUdp(subject, address)).port}`;
        const fileOf = (key: string): Uint8Array => torrentFile(content, `${tracker}/announce/${key}`).file;

        const from = await startClient(seed, fileOf('seed-key'), address, content);
        await expect.poll(() => subject.tracker.swarms.counts(infohash).complete, IN_TIME).toBe(1);
        const to = await startClient(leech, fileOf('leech-key'), address);
        await expect
          .poll(async () => Buffer.compare(await to.content(), content), { ...IN_TIME, message: from.output() })
          .toBe(0);
        const events = (user: string): readonly AnnounceEvent[] =>
          subject.announced.filter((announced) => announced.user === user).map(({ event }) => event);
        expect(events('seed-key')).toContain('started');
        expect(events('leech-key')).toContain('started');
        await expect.poll(() => events('leech-key'), IN_TIME).toContain('completed');
        expect(subject.tracker.swarms.counts(infohash)).toMatchObject({ complete: 2, incomplete: 0, downloaded: 1 });
      },
    );
  }
});
