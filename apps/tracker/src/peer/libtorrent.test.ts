import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderInTests, torrentInTests } from '../../../../tools/tracker-peers-in-tests.ts';
import { libtorrentPeer, withoutLibtorrent } from '../../../../tools/tracker-peers-libtorrent.ts';
import { plainPeer } from '../../../../tools/tracker-peers-plain.ts';

const MIB = 1_048_576;

describe.skipIf(withoutLibtorrent)(`libtorrent, which knows no receipts (${withoutLibtorrent ?? 'Debian’s'})`, () => {
  test('seeds to our peer', async () => {
    const file = torrentInTests(2 * MIB + 7, 65_536);
    await using there = await folderInTests(file);
    await using here = await folderInTests();
    const torrent = join(there.path, 'x.torrent');
    await writeFile(torrent, file.torrent);
    await using foreign = await libtorrentPeer(torrent, there.path);
    await using peer = await plainPeer(file.torrent, here.path, 1);
    void peer.peer.meet('127.0.0.1', foreign.port);
    await peer.peer.complete;
    expect(Buffer.compare(await readFile(join(here.path, file.name)), file.data)).toBe(0);
    expect(peer.told).toEqual([]);
  });

  test('loads from our peer, which gets no receipts for it', async () => {
    const file = torrentInTests(2 * MIB + 7, 65_536);
    await using there = await folderInTests();
    await using here = await folderInTests(file);
    const torrent = join(there.path, 'x.torrent');
    await writeFile(torrent, file.torrent);
    await using peer = await plainPeer(file.torrent, here.path, 1);
    await using foreign = await libtorrentPeer(torrent, there.path, peer.peer.port);
    await foreign.complete;
    expect(peer.kept).toEqual([]);
    expect(peer.told).toEqual([]);
  });
});
