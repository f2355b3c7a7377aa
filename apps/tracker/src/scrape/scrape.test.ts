import { describe, expect, test } from 'vitest';
import {
  announceQuery,
  fetched,
  infohash,
  peerId,
  percent,
  served,
  testTracker,
} from '../../../../tools/bittorrent-in-tests.ts';

const peer = (number: number, changes = {}) => ({ peer_id: percent(peerId(number)), port: number, ...changes });

describe('scrape', () => {
  const hashes = (...bytes: readonly number[]) => bytes.map((byte) => `info_hash=${percent(infohash(byte))}`).join('&');

  test('BEP 48, 21: counts of each torrent', async () => {
    const { address } = await served(testTracker());
    await fetched(`${address}/announce?${announceQuery(peer(1, { left: 0 }))}`);
    await fetched(`${address}/announce?${announceQuery(peer(2))}`);
    await fetched(`${address}/announce?${announceQuery(peer(3, { event: 'paused' }))}`);
    const files = {
      [Buffer.from(infohash(0xbb)).toString('latin1')]: { complete: 0, downloaded: 0, downloaders: 0, incomplete: 0 },
      [Buffer.from(infohash(0xaa)).toString('latin1')]: { complete: 1, downloaded: 0, downloaders: 1, incomplete: 2 },
    };
    expect(await fetched(`${address}/scrape?${hashes(0xbb, 0xaa, 0xaa)}`)).toEqual({ files });
  });

  test('torrents that are not tracked here are left out, and nothing is listed unasked', async () => {
    const { address } = await served(testTracker({ gate: { torrent: () => undefined } }));
    expect(await fetched(`${address}/scrape?${hashes(1)}`)).toEqual({ files: {} });
    expect(await fetched(`${address}/scrape`)).toEqual({ 'failure reason': 'info_hash is missing' });
  });

  test('74 torrents at most', async () => {
    const { address } = await served(testTracker());
    const many = Array.from({ length: 75 }, (_, index) => index);
    expect(Object.keys((await fetched(`${address}/scrape?${hashes(...many.slice(1))}`)).files as object)).toHaveLength(
      74,
    );
    expect(await fetched(`${address}/scrape?${hashes(...many)}`)).toEqual({
      'failure reason': 'too many torrents: at most 74',
    });
  });
});
