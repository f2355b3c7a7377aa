import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderInTests, PATIENT, torrentInTests, trackerInTests } from '../../../../tools/tracker-peers-in-tests.ts';
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
    await using seed = await joinTorrent({
      ...common,
      data: here.path,
      membership: await member('alice'),
      pending: join(state.path, 'alice'),
    });
    await using leech = await joinTorrent({
      ...common,
      data: there.path,
      membership: await member('bob'),
      pending: join(state.path, 'bob'),
    });
    await leech.peer.complete;
    expect(Buffer.compare(await readFile(join(there.path, file.name)), file.data)).toBe(0);
    // The last receipt is on its way.
    await expect.poll(() => seed.receipts().kept + seed.receipts().counted, PATIENT).toBe(64);
    await seed.report();
    expect(seed.receipts()).toEqual({ kept: 0, counted: 64, refused: {} });
    const user = async (id: string) => (await fetch(`${tracker.http}/user/${id}`)).json();
    expect(await user('alice')).toMatchObject({ total_uploaded: 16 * MIB, total_downloaded: 0 });
    expect(await user('bob')).toMatchObject({ total_uploaded: 0, total_downloaded: 16 * MIB });
    expect(notes).toEqual([]);
  });

  test('find each other also when the one that loads was there first', async () => {
    const file = torrentInTests(MIB, 262_144);
    await using here = await folderInTests(file);
    await using there = await folderInTests();
    await using state = await folderInTests();
    await using tracker = await trackerInTests(join(state.path, 'tracker.db'), [file]);
    const member = (userId: string) =>
      createMembership(join(state.path, `${userId}.json`), { tracker: tracker.http, userId });
    const common = { torrent: file.torrent, host: '127.0.0.1', port: 0, note: () => undefined };
    await using leech = await joinTorrent({
      ...common,
      data: there.path,
      membership: await member('bob'),
      pending: join(state.path, 'bob'),
    });
    await using seed = await joinTorrent({
      ...common,
      data: here.path,
      membership: await member('alice'),
      pending: join(state.path, 'alice'),
    });
    await leech.peer.complete;
    expect([leech.left(), seed.left()]).toEqual([0, 0]);
  });

  test('keep receipts that cannot be reported for the next start', async () => {
    const file = torrentInTests(MIB, 262_144);
    await using here = await folderInTests(file);
    await using there = await folderInTests();
    await using state = await folderInTests();
    const database = join(state.path, 'tracker.db');
    const material = new Uint8Array(32).fill(5);
    const start = (port: number) => trackerInTests(database, [file], { instanceId: 'tracker-1', port }, material);
    const notes: string[] = [];
    // Nothing is reported before the end.
    const common = {
      reportMs: 3_600_000,
      torrent: file.torrent,
      host: '127.0.0.1',
      port: 0,
      note: (line: string) => notes.push(line),
    };
    const first = await start(0);
    const port = Number(new URL(first.http).port);
    const member = (userId: string) =>
      createMembership(join(state.path, `${userId}.json`), { tracker: first.http, userId });
    const seeding = {
      ...{ ...common, data: here.path, membership: await member('alice') },
      pending: join(state.path, 'alice'),
    };
    {
      await using seed = await joinTorrent(seeding);
      await using leech = await joinTorrent({
        ...{ ...common, data: there.path, membership: await member('bob') },
        pending: join(state.path, 'bob'),
      });
      await leech.peer.complete;
      await expect.poll(() => seed.receipts().kept + seed.receipts().counted, PATIENT).toBe(4);
      await first[Symbol.asyncDispose]();
    }
    expect(notes).toContainEqual(expect.stringContaining('4 receipts wait: tracker: it does not answer'));
    await using _again = await start(port);
    await using seed = await joinTorrent(seeding);
    await seed.report();
    expect(seed.receipts()).toEqual({ kept: 0, counted: 4, refused: {} });
  });

  test('learn from the tracker why it refuses', async () => {
    const [known, other] = [torrentInTests(MIB, 262_144), torrentInTests(MIB, 262_144)];
    await using folder = await folderInTests();
    await using tracker = await trackerInTests(join(folder.path, 'tracker.db'), [known]);
    const register = (path: string, userId: string) =>
      createMembership(join(folder.path, path), { tracker: tracker.http, userId });
    const membership = await register('bob.json', 'bob');
    const common = {
      pending: join(folder.path, 'bob'),
      data: folder.path,
      host: '127.0.0.1',
      port: 0,
      note: () => undefined,
    };
    await expect(joinTorrent({ ...common, torrent: other.torrent, membership })).rejects.toThrow(
      'tracker: this torrent is not registered here',
    );
    const stranger = { ...membership, passkey: 'another' };
    await expect(joinTorrent({ ...common, torrent: known.torrent, membership: stranger })).rejects.toThrow(
      'tracker: unknown passkey',
    );
    await expect(register('again.json', 'bob')).rejects.toThrow('tracker: 409');
  });
});
