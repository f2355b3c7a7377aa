import { describe, expect, test } from 'vitest';
import { announce, clientOf, enrol, NOW, openAccounts, TORRENT } from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { openAnnounced } from './announced.ts';
import { openDirectory } from './directory.ts';

const [alice, bob] = [clientOf('alice'), clientOf('bob')];

describeOnEngines(({ fresh }) => {
  const opened = async () => {
    const tracker = await openAccounts(fresh());
    await enrol(tracker.accounts, [alice, bob]);
    const epochs = async (): Promise<readonly number[]> => {
      const rows = await tracker.db.sql.selectFrom('tracker_announced').select('epoch').orderBy('epoch').execute();
      return rows.map(({ epoch }) => epoch);
    };
    return { ...tracker, epochs };
  };

  describe('announces', () => {
    test('are written now and then, each once however often it comes', async () => {
      await using tracker = await opened();
      for (let times = 0; times < 10; times += 1) announce(tracker.accounts, 'alice', NOW);
      expect(await tracker.epochs()).toEqual([]);
      await tracker.accounts.refresh();
      await tracker.accounts.refresh();
      expect(await tracker.epochs()).toEqual([NOW, NOW]);
    });

    test('of three epochs are kept, in the store too', async () => {
      await using tracker = await opened();
      for (let epoch = NOW; epoch < NOW + 6; epoch += 1) {
        announce(tracker.accounts, 'alice', epoch);
        await tracker.accounts.refresh();
      }
      expect(await tracker.epochs()).toEqual([NOW + 3, NOW + 4, NOW + 5]);
    });

    test('that another process heard of are found in the store', async () => {
      await using tracker = await opened();
      const directory = await openDirectory(tracker.db);
      const other = await openAnnounced(tracker.db, directory, NOW);
      const number = directory.byId('alice')?.number ?? 0;
      expect(await other.has(number, TORRENT.infohash, NOW, 'receiver')).toBe(false);
      await tracker.accounts.refresh();
      expect(await other.has(number, TORRENT.infohash, NOW, 'receiver')).toBe(true);
      expect(await other.has(number, TORRENT.infohash, NOW + 1, 'receiver')).toBe(true);
      expect(await other.has(number, TORRENT.infohash, NOW + 2, 'receiver')).toBe(false);
      expect(await other.has(number, TORRENT.infohash, NOW - 1, 'receiver')).toBe(false);
    });

    test('that two processes were told are written once', async () => {
      await using tracker = await opened();
      const other = await openAnnounced(tracker.db, await openDirectory(tracker.db), NOW);
      other.note({ user: 'alice', infohash: TORRENT.infohash, epoch: NOW, left: 1 });
      await tracker.accounts.refresh();
      await other.flush();
      expect(await tracker.epochs()).toEqual([NOW, NOW]);
    });

    test('by those who say that they have all make senders, and no receivers, also out of the store', async () => {
      await using tracker = await opened();
      const directory = await openDirectory(tracker.db);
      const index = await openAnnounced(tracker.db, directory, NOW);
      const infohash = new Uint8Array(20).fill(9);
      const number = directory.byId('alice')?.number ?? 0;
      const roles = async (from = index) => [
        await from.has(number, infohash, NOW, 'sender'),
        await from.has(number, infohash, NOW, 'receiver'),
      ];
      index.note({ user: 'alice', infohash, epoch: NOW, left: 0 });
      expect(await roles()).toEqual([true, false]);
      await index.flush();
      expect(await roles(await openAnnounced(tracker.db, directory, NOW))).toEqual([true, false]);
      index.note({ user: 'alice', infohash, epoch: NOW, left: 1 });
      await index.flush();
      expect(await roles(await openAnnounced(tracker.db, directory, NOW))).toEqual([true, true]);
    });

    test('of which more come than are remembered are found in the store', async () => {
      await using tracker = await opened();
      const directory = await openDirectory(tracker.db);
      const index = await openAnnounced(tracker.db, directory, NOW, 1);
      const [one, other] = [new Uint8Array(20).fill(1), new Uint8Array(20).fill(2)];
      for (const infohash of [one, other]) index.note({ user: 'alice', infohash, epoch: NOW, left: 1 });
      const number = directory.byId('alice')?.number ?? 0;
      expect([await index.has(number, one, NOW, 'receiver'), await index.has(number, other, NOW, 'receiver')]).toEqual([
        true,
        false,
      ]);
      await index.flush();
      index.note({ user: 'alice', infohash: other, epoch: NOW, left: 1 });
      await index.flush();
      expect(await index.has(number, other, NOW, 'receiver')).toBe(true);
      // Room comes back with the epochs that are forgotten.
      index.note({ user: 'alice', infohash: one, epoch: NOW + 3, left: 1 });
      expect(await index.has(number, one, NOW + 3, 'receiver')).toBe(true);
    });

    test('of version 2 torrents are found by the whole infohash as well', async () => {
      await using tracker = await opened();
      const directory = await openDirectory(tracker.db);
      const index = await openAnnounced(tracker.db, directory, NOW);
      const whole = new Uint8Array(32).fill(7);
      index.note({ user: 'alice', infohash: whole.slice(0, 20), epoch: NOW, left: 1 });
      expect(await index.has(directory.byId('alice')?.number ?? 0, whole, NOW, 'receiver')).toBe(true);
    });
  });
});
