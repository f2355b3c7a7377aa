import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderInTests, torrentInTests, trackerInTests } from '../../../../tools/tracker-peers-in-tests.ts';
import { joinTorrent } from './join.ts';
import { createMembership } from './membership.ts';

const MIB = 1_048_576;

describe('two members of a tracker', () => {
  test('exchange 16 MiB: each piece has a receipt that counts, and what one gained the other one owes', async () => {
    const file = torrentInTests(16 * MIB, 262_144);
    await using here = await folderInTests(file);
    await using there = await folderInTests();
    await using state = await folderInTests();
    await using tracker = await trackerInTests(join(state.path, 'tracker.db'), [file], { grant: 64 * MIB });
    const member = (userId: string) =>
      createMembership(join(state.path, `${userId}.json`), { tracker: tracker.http, userId });
    const notes: string[] = [];
    const common = { torrent: file.torrent, host: '127.0.0.1', port: 0, note: (line: string) => notes.push(line) };
    await using seed = await joinTorrent({ ...common, data: here.path, membership: await member('alice') });
    await using leech = await joinTorrent({ ...common, data: there.path, membership: await member('bob') });
    await leech.peer.complete;
    expect(Buffer.compare(await readFile(join(there.path, file.name)), file.data)).toBe(0);
    // The last receipt is on its way.
    await expect.poll(() => seed.receipts().kept + seed.receipts().counted).toBe(64);
    await seed.report();
    expect(seed.receipts()).toEqual({ kept: 0, counted: 64, refused: {} });
    const user = async (id: string) => (await fetch(`${tracker.http}/user/${id}`)).json();
    expect(await user('alice')).toMatchObject({ total_uploaded: 16 * MIB, total_downloaded: 0 });
    expect(await user('bob')).toMatchObject({ total_uploaded: 0, total_downloaded: 16 * MIB });
    expect(notes).toEqual([]);
  });
});
