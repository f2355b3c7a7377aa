import { describe, expect, test } from 'vitest';
import {
  type AccountsInTests,
  announce,
  byAggregate,
  byKeys,
  bySession,
  clientOf,
  enrol,
  NOW,
  openAccounts,
  outcomesOf,
  receiptOf,
  report,
} from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import type { Reported } from '../ledger/accounting.ts';
import { checkConservation } from '../ledger/conservation.ts';

const [alice, bob, carol] = [clientOf('alice'), clientOf('bob'), clientOf('carol')];

describeOnEngines(({ fresh }) => {
  const opened = async (): Promise<AccountsInTests> => {
    const tracker = await openAccounts(fresh());
    await enrol(tracker.accounts, [alice, bob, carol]);
    return tracker;
  };

  describe('a receipt that counts', () => {
    test.each([
      ['a certified session key', () => bySession(bob, [receiptOf(alice, bob, 0)])],
      ['the long-term key', () => byKeys([[bob, receiptOf(alice, bob, 0)]])],
      ['an aggregate', () => byAggregate([[bob, receiptOf(alice, bob, 0)]])],
    ])('under %s credits the sender, debits the receiver, and makes nothing', async (_, group) => {
      await using tracker = await opened();
      const { verdicts, account } = await report(tracker, 'alice', [group()]);
      expect(verdicts).toEqual([
        {
          group: 0,
          receipt: 0,
          outcome: 'counted',
          id: expect.stringMatching(/^[0-9a-f]{64}$/),
          sequence: 3,
          bytes: 16_384,
        },
      ]);
      expect(account).toMatchObject({ uploaded: 16_384, downloaded: 0 });
      expect(tracker.accounts.account('bob')).toMatchObject({ uploaded: 0, downloaded: 16_384 });
      expect(await checkConservation(tracker.db)).toEqual({ entries: 4, users: 3, held: 0, issued: 0, faults: [] });
    });

    test('covers pieces in a row, the short last one too', async () => {
      await using tracker = await opened();
      const bytes = 2 * 16_384 + 100;
      const receipt = receiptOf(alice, bob, 4_997, { pieces: 3, bytes });
      const { account } = await report(tracker, 'alice', [bySession(bob, [receipt])]);
      expect(account.uploaded).toBe(bytes);
    });

    test('may be of the epoch before, and rest on announces of the one before that', async () => {
      await using tracker = await opened();
      announce(tracker.accounts, 'alice', NOW - 2);
      announce(tracker.accounts, 'bob', NOW - 1);
      const receipt = receiptOf(alice, bob, 0, { epoch: NOW - 1 });
      expect(outcomesOf(await report(tracker, 'alice', [bySession(bob, [receipt])]))).toEqual(['counted']);
    });
  });

  describe('the same again', () => {
    test('within one report counts once', async () => {
      await using tracker = await opened();
      const receipt = receiptOf(alice, bob, 0);
      const groups = [bySession(bob, [receipt, receipt]), byKeys([[bob, receipt]]), byAggregate([[bob, receipt]])];
      const answer = await report(tracker, 'alice', groups);
      expect(outcomesOf(answer)).toEqual(['counted', 'duplicate', 'duplicate', 'duplicate']);
      expect(answer.account.uploaded).toBe(16_384);
      expect(new Set(answer.verdicts.map((one) => ('sequence' in one ? one.sequence : undefined))).size).toBe(1);
    });

    test('in many reports at once counts once', async () => {
      await using tracker = await opened();
      const group = bySession(bob, [receiptOf(alice, bob, 0)]);
      const answers = await Promise.all(Array.from({ length: 20 }, () => report(tracker, 'alice', [group])));
      expect(answers.flatMap(outcomesOf).toSorted()).toEqual(['counted', ...Array(19).fill('duplicate')]);
    });

    test('after a restart is known, under the same number', async () => {
      const options = fresh();
      const group = bySession(bob, [receiptOf(alice, bob, 0)]);
      let before: Reported;
      {
        await using tracker = await openAccounts(options);
        await enrol(tracker.accounts, [alice, bob]);
        before = await report(tracker, 'alice', [group]);
      }
      await using tracker = await openAccounts(options);
      const after = await report(tracker, 'alice', [group]);
      expect(outcomesOf(after)).toEqual(['duplicate']);
      expect(after.verdicts[0]).toMatchObject({ sequence: 2 });
      expect(before.verdicts[0]).toMatchObject({ sequence: 2 });
      expect(after.account.uploaded).toBe(16_384);
    });

    test('of a piece under another receipt, from anyone, counts once for each receiver', async () => {
      await using tracker = await opened();
      await report(tracker, 'alice', [bySession(bob, [receiptOf(alice, bob, 5)])]);
      const again = [
        bySession(bob, [receiptOf(alice, bob, 5, { sequence: 99 })]),
        bySession(bob, [receiptOf(alice, bob, 4, { pieces: 3, bytes: 3 * 16_384 })]),
        bySession(carol, [receiptOf(alice, carol, 5)]),
      ];
      expect(outcomesOf(await report(tracker, 'alice', again))).toEqual(['piece-counted', 'piece-counted', 'counted']);
      const fromCarol = [bySession(bob, [receiptOf(carol, bob, 5)])];
      expect(outcomesOf(await report(tracker, 'carol', fromCarol))).toEqual(['piece-counted']);
    });

    test('across blocks of pieces is noticed', async () => {
      await using tracker = await opened();
      const across = receiptOf(alice, bob, 4_090, { pieces: 12, bytes: 12 * 16_384 });
      const groups = [bySession(bob, [across, receiptOf(alice, bob, 4_095), receiptOf(alice, bob, 4_096)])];
      expect(outcomesOf(await report(tracker, 'alice', groups))).toEqual(['counted', 'piece-counted', 'piece-counted']);
    });
  });

  test('more than a report may have is refused as a whole', async () => {
    await using tracker = await opened();
    const many = { receipts: Array(1_025).fill('AAAA'), signatures: Array(1_025).fill('AAAA') };
    for (const receipts of [Array(65).fill(null), [many], 'all of them', undefined]) {
      const answer = await tracker.accounts.report({ userId: 'alice', receipts });
      expect(answer).toMatchObject({ refused: { code: 'too-many', field: 'receipts' } });
    }
    expect(await tracker.accounts.report({ userId: 'nobody', receipts: [] })).toMatchObject({
      refused: { code: 'user-unknown' },
    });
  });

  test('two processes on one database count a piece once', async () => {
    const options = fresh();
    await using one = await openAccounts(options);
    await enrol(one.accounts, [alice, bob]);
    await one.accounts.refresh();
    await using two = await openAccounts(options);
    const groups = Array.from({ length: 12 }, (_, piece) => bySession(bob, [receiptOf(alice, bob, piece % 6)]));
    const answers = await Promise.all(
      groups.map((group, index) => report(index % 2 === 0 ? one : two, 'alice', [group])),
    );
    expect(answers.flatMap(outcomesOf).filter((outcome) => outcome === 'counted')).toHaveLength(6);
    await one.accounts.refresh();
    expect(one.accounts.account('alice')).toMatchObject({ uploaded: 6 * 16_384 });
    expect(await checkConservation(one.db)).toMatchObject({ entries: 8, faults: [] });
  });
});
