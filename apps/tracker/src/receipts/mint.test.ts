import { toBase64 } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import {
  type AccountsInTests,
  announce,
  byAggregate,
  byKeys,
  bySession,
  clientOf,
  EPOCH,
  enrol,
  NOW,
  openAccounts,
  outcomesOf,
  receiptOf,
  report,
  START,
} from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { checkConservation } from '../ledger/conservation.ts';

const [alice, bob, carol, dave] = [clientOf('alice'), clientOf('bob'), clientOf('carol'), clientOf('dave')];

describeOnEngines(({ fresh }) => {
  const opened = async (): Promise<AccountsInTests> => {
    const tracker = await openAccounts(fresh());
    await enrol(tracker.accounts, [alice, bob, carol]);
    return tracker;
  };

  describe('mints nothing:', () => {
    const refused = async (code: string, group: () => unknown, userId = 'alice'): Promise<void> => {
      await using tracker = await opened();
      expect(outcomesOf(await report(tracker, userId, [group()]))).toEqual([code]);
      expect(await checkConservation(tracker.db)).toMatchObject({ entries: 3, held: 0, faults: [] });
      for (const user of ['alice', 'bob', 'carol']) {
        expect(tracker.accounts.account(user)).toMatchObject({ uploaded: 0, downloaded: 0 });
      }
    };

    test('a size other than the pieces have', () =>
      refused('bytes', () => bySession(bob, [receiptOf(alice, bob, 0, { bytes: 1e15 })])));
    test('a size beyond the short last piece', () =>
      refused('bytes', () => bySession(bob, [receiptOf(alice, bob, 4_999, { bytes: 16_384 })])));
    test('pieces that the torrent does not have', () =>
      refused('pieces', () => bySession(bob, [receiptOf(alice, bob, 4_999, { pieces: 2, bytes: 16_484 })])));
    test('no pieces at all', () =>
      refused('pieces', () => bySession(bob, [receiptOf(alice, bob, 0, { pieces: 0, bytes: 0 })])));
    test('a torrent that the tracker does not know', () =>
      refused('torrent-unknown', () => bySession(bob, [receiptOf(alice, bob, 0, { infohash: new Uint8Array(20) })])));
    test('a time yet to come', () =>
      refused('epoch-future', () => bySession(bob, [receiptOf(alice, bob, 0, { epoch: NOW + 1 })])));
    test('a time long ago', () =>
      refused('epoch-past', () => bySession(bob, [receiptOf(alice, bob, 0, { epoch: NOW - 2 })])));
    test("another tracker's receipt", () =>
      refused('other-tracker', () => bySession(bob, [receiptOf(alice, bob, 0, { tracker: 'tracker_instance_2' })])));
    test("someone else's receipt", () => refused('other-sender', () => bySession(bob, [receiptOf(carol, bob, 0)])));
    test('a receipt for oneself', () => refused('self', () => bySession(alice, [receiptOf(alice, alice, 0)])));
    test('a receiver with a throwaway key, who could not be debited', () =>
      refused('receiver-unknown', () => bySession(dave, [receiptOf(alice, dave, 0)])));
    test('a sender who is not registered', () =>
      refused('sender-unknown', () => bySession(bob, [receiptOf(dave, bob, 0)])));
    test('a signature by the sender himself', () =>
      refused('signature', () => byKeys([[alice, receiptOf(alice, bob, 0)]])));
    test("a session certified by someone else's key", () =>
      refused('certificate', () => bySession(carol, [receiptOf(alice, bob, 0)])));
    test('a session certified for another tracker', () =>
      refused('certificate', () => bySession(bob, [receiptOf(alice, bob, 0)], { tracker: 'tracker_instance_2' })));
    test('a session that has expired', () =>
      refused('certificate-expired', () => bySession(bob, [receiptOf(alice, bob, 0)], { lastEpoch: NOW - 1 })));
    test('a session that never expires', () =>
      refused('certificate', () => bySession(bob, [receiptOf(alice, bob, 0)], { lastEpoch: NOW + 1e6 })));
    test('a certificate that was tampered with', () =>
      refused('certificate', () => {
        const group = bySession(bob, [receiptOf(alice, bob, 0)]);
        const bytes = Buffer.from(group.certificate, 'base64');
        // A later last epoch.
        bytes[bytes.length - 97] = (bytes[bytes.length - 97] ?? 0) ^ 1;
        return { ...group, certificate: toBase64(bytes) };
      }));
    test('an aggregate that lacks a signature', () =>
      refused('aggregate', () => ({
        ...byAggregate([[carol, receiptOf(alice, carol, 0)]]),
        receipts: [toBase64(receiptOf(alice, bob, 0))],
      })));
    test('what is no receipt', () => refused('malformed', () => ({ receipts: ['AAAA'], signatures: ['AAAA'] })));
    test('what is nothing known', () => refused('malformed', () => 7));

    test('what one claims of oneself: there is no place for it, and a report without receipts changes nothing', async () => {
      await using tracker = await opened();
      const claims = { userId: 'alice', uploaded_delta: 7e12, receipts: [] };
      expect(await tracker.accounts.report(claims)).toMatchObject({
        verdicts: [],
        promise: null,
        account: { uploaded: 0 },
      });
    });

    test('receipts of those who did not announce', async () => {
      await using tracker = await openAccounts(fresh());
      await enrol(tracker.accounts, [alice, bob]);
      tracker.clock.now = START + 2 * EPOCH;
      const epoch = NOW + 2;
      const group = bySession(bob, [receiptOf(alice, bob, 0, { epoch })]);
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual(['sender-not-announced']);
      announce(tracker.accounts, 'alice', epoch);
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual(['receiver-not-announced']);
      announce(tracker.accounts, 'bob', epoch, { infohash: new Uint8Array(20) });
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual(['receiver-not-announced']);
      // As a seed, whom no ratio keeps out: nobody receives what he has.
      announce(tracker.accounts, 'bob', epoch, { left: 0 });
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual(['receiver-not-announced']);
      announce(tracker.accounts, 'bob', epoch);
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual(['counted']);
    });
  });
});
