import { toBase64, toHex } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import {
  announce,
  byAggregate,
  byKeys,
  bySession,
  clientOf,
  EPOCH,
  enrol,
  NOW,
  openAccounts,
  receiptOf,
  START,
  TORRENT,
} from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { blsKeyPair } from '../bls/key.ts';
import type { Reported } from '../ledger/accounting.ts';
import { checkConservation } from '../ledger/conservation.ts';
import { encodeReceipt } from './receipt.ts';
import { upstreamMessage } from './upstream.ts';

const [alice, bob, carol, dave] = ['alice', 'bob', 'carol', 'dave'].map(clientOf) as [
  ReturnType<typeof clientOf>,
  ReturnType<typeof clientOf>,
  ReturnType<typeof clientOf>,
  ReturnType<typeof clientOf>,
];

/** Each receipt's outcome, or the code with which it was refused. */
const outcomes = (answer: Awaited<ReturnType<typeof report>>): readonly string[] =>
  answer.verdicts.map((verdict) => (verdict.outcome === 'refused' ? verdict.code : verdict.outcome));

type Opened = Awaited<ReturnType<typeof openAccounts>>;

async function report({ accounts }: Opened, userId: string, receipts: unknown): Promise<Reported> {
  const answer = await accounts.report({ userId, receipts });
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer;
}

describeOnEngines(({ fresh }) => {
  const opened = async (): Promise<Opened> => {
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
      expect(outcomes(await report(tracker, 'alice', [bySession(bob, [receipt])]))).toEqual(['counted']);
    });
  });

  describe('mints nothing:', () => {
    const refused = async (code: string, group: () => unknown, userId = 'alice'): Promise<void> => {
      await using tracker = await opened();
      expect(outcomes(await report(tracker, userId, [group()]))).toEqual([code]);
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
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual(['sender-not-announced']);
      announce(tracker.accounts, 'alice', epoch);
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual(['receiver-not-announced']);
      announce(tracker.accounts, 'bob', epoch, new Uint8Array(20));
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual(['receiver-not-announced']);
      announce(tracker.accounts, 'bob', epoch);
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual(['counted']);
    });
  });

  describe('the same again', () => {
    test('within one report counts once', async () => {
      await using tracker = await opened();
      const receipt = receiptOf(alice, bob, 0);
      const groups = [bySession(bob, [receipt, receipt]), byKeys([[bob, receipt]]), byAggregate([[bob, receipt]])];
      const answer = await report(tracker, 'alice', groups);
      expect(outcomes(answer)).toEqual(['counted', 'duplicate', 'duplicate', 'duplicate']);
      expect(answer.account.uploaded).toBe(16_384);
      expect(new Set(answer.verdicts.map((one) => ('sequence' in one ? one.sequence : undefined))).size).toBe(1);
    });

    test('in many reports at once counts once', async () => {
      await using tracker = await opened();
      const group = bySession(bob, [receiptOf(alice, bob, 0)]);
      const answers = await Promise.all(Array.from({ length: 20 }, () => report(tracker, 'alice', [group])));
      expect(answers.flatMap(outcomes).toSorted()).toEqual(['counted', ...Array(19).fill('duplicate')]);
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
      expect(outcomes(after)).toEqual(['duplicate']);
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
      expect(outcomes(await report(tracker, 'alice', again))).toEqual(['piece-counted', 'piece-counted', 'counted']);
      const fromCarol = [bySession(bob, [receiptOf(carol, bob, 5)])];
      expect(outcomes(await report(tracker, 'carol', fromCarol))).toEqual(['piece-counted']);
    });

    test('across blocks of pieces is noticed', async () => {
      await using tracker = await opened();
      const across = receiptOf(alice, bob, 4_090, { pieces: 12, bytes: 12 * 16_384 });
      const groups = [bySession(bob, [across, receiptOf(alice, bob, 4_095), receiptOf(alice, bob, 4_096)])];
      expect(outcomes(await report(tracker, 'alice', groups))).toEqual(['counted', 'piece-counted', 'piece-counted']);
    });
  });

  describe('one bad receipt spoils no others', () => {
    test('of a session', async () => {
      await using tracker = await opened();
      const group = bySession(
        bob,
        [0, 1, 2, 3].map((piece) => receiptOf(alice, bob, piece)),
      );
      group.signatures[2] = group.signatures[1] ?? '';
      group.receipts[3] = 'no base64';
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual([
        'counted',
        'counted',
        'signature',
        'malformed',
      ]);
    });

    test('of 100 signed by long-term keys, wherever it stands', async () => {
      await using tracker = await opened();
      const group = byKeys(Array.from({ length: 100 }, (_, piece) => [bob, receiptOf(alice, bob, piece)] as const));
      const bad = [0, 37, 63, 64, 99];
      for (const index of bad) group.signatures[index] = group.signatures[(index + 1) % 100] ?? '';
      // No point at all.
      group.signatures[50] = toBase64(new Uint8Array(96));
      const expected = Array.from({ length: 100 }, (_, index) =>
        [...bad, 50].includes(index) ? 'signature' : 'counted',
      );
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual(expected);
    });

    test('of an aggregate, whose signature is genuine: only those that keep the rules count', async () => {
      await using tracker = await opened();
      const group = byAggregate([
        [bob, receiptOf(alice, bob, 0)],
        [dave, receiptOf(alice, dave, 0)],
        [carol, receiptOf(alice, carol, 0, { bytes: 1 })],
        [carol, receiptOf(alice, carol, 1)],
      ]);
      expect(outcomes(await report(tracker, 'alice', [group]))).toEqual([
        'counted',
        'receiver-unknown',
        'bytes',
        'counted',
      ]);
    });

    test('nor does a forged aggregate spoil another group', async () => {
      await using tracker = await opened();
      const forged = byAggregate([
        [bob, receiptOf(alice, bob, 0)],
        [carol, receiptOf(alice, carol, 0)],
      ]);
      forged.receipts[1] = toBase64(receiptOf(alice, carol, 1));
      const groups = [forged, byAggregate([[carol, receiptOf(alice, carol, 1)]]), null];
      expect(outcomes(await report(tracker, 'alice', groups))).toEqual([
        'aggregate',
        'aggregate',
        'counted',
        'malformed',
      ]);
    });
  });

  describe('the older form', () => {
    const older = (piece: number, timestamp: number): Record<string, unknown> => {
      const pieceHash = new Uint8Array(20).fill(piece);
      const content = { infohash: TORRENT.infohash, sender: alice.key.publicKey, pieceHash, piece, timestamp };
      return {
        receiver_public_key: toBase64(bob.key.publicKey),
        sender_pk: toBase64(content.sender),
        piece_hash: toHex(pieceHash),
        piece_index: piece,
        infohash: toHex(TORRENT.infohash),
        timestamp,
        piece_size: 1e15,
        signature: toBase64(bob.key.sign(upstreamMessage(content))),
      };
    };

    test('is verified and kept, and mints nothing', async () => {
      await using tracker = await opened();
      const answer = await report(tracker, 'alice', [older(0, START), older(0, START - 1), older(1, START)]);
      expect(outcomes(answer)).toEqual(['uncounted', 'duplicate', 'uncounted']);
      expect(answer.account).toMatchObject({ uploaded: 0, downloaded: 0 });
      expect(await checkConservation(tracker.db)).toMatchObject({ entries: 5, held: 0, faults: [] });
    });

    test('is refused when it is not signed, of another time, or cut short', async () => {
      await using tracker = await opened();
      const groups = [
        { ...older(0, START), timestamp: START - 1 },
        older(0, START + EPOCH),
        { ...older(0, START), infohash: 'ff' },
        { ...older(0, START), timestamp: undefined },
      ];
      const codes = ['signature', 'epoch-future', 'torrent-unknown', 'malformed'];
      expect(outcomes(await report(tracker, 'alice', groups))).toEqual(codes);
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
    expect(answers.flatMap(outcomes).filter((outcome) => outcome === 'counted')).toHaveLength(6);
    await one.accounts.refresh();
    expect(one.accounts.account('alice')).toMatchObject({ uploaded: 6 * 16_384 });
    expect(await checkConservation(one.db)).toMatchObject({ entries: 8, faults: [] });
  });
});

test("a rogue key: an aggregate that a victim never signed is refused, though its sum of keys is the attacker's own", () => {
  // What the attacker would need is two equal messages under two keys: a receipt names its receiver, so there are none.
  const victim = blsKeyPair(new Uint8Array(32).fill(1)).key;
  const other = blsKeyPair(new Uint8Array(32).fill(2)).key;
  const content = {
    ...TORRENT,
    tracker: 't',
    sender: alice.key.publicKey,
    piece: 0,
    pieces: 1,
    bytes: 1,
    epoch: 1,
    sequence: 1,
  };
  const messages = [victim, other].map(({ publicKey }) => toHex(encodeReceipt({ ...content, receiver: publicKey })));
  expect(new Set(messages).size).toBe(2);
});
