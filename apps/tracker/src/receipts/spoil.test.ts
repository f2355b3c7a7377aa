import { toBase64, toHex } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import {
  type AccountsInTests,
  byAggregate,
  byKeys,
  bySession,
  clientOf,
  EPOCH,
  enrol,
  openAccounts,
  outcomesOf,
  receiptOf,
  report,
  START,
  TORRENT,
} from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { checkConservation } from '../ledger/conservation.ts';
import { upstreamMessage } from './upstream.ts';

const [alice, bob, carol, dave] = [clientOf('alice'), clientOf('bob'), clientOf('carol'), clientOf('dave')];

describeOnEngines(({ fresh }) => {
  const opened = async (): Promise<AccountsInTests> => {
    const tracker = await openAccounts(fresh());
    await enrol(tracker.accounts, [alice, bob, carol]);
    return tracker;
  };

  describe('one bad receipt spoils no others', () => {
    test('of a session', async () => {
      await using tracker = await opened();
      const group = bySession(
        bob,
        [0, 1, 2, 3].map((piece) => receiptOf(alice, bob, piece)),
      );
      group.signatures[2] = group.signatures[1] ?? '';
      group.receipts[3] = 'no base64';
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual([
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
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual(expected);
    });

    test('of an aggregate, whose signature is genuine: only those that keep the rules count', async () => {
      await using tracker = await opened();
      const group = byAggregate([
        [bob, receiptOf(alice, bob, 0)],
        [dave, receiptOf(alice, dave, 0)],
        [carol, receiptOf(alice, carol, 0, { bytes: 1 })],
        [carol, receiptOf(alice, carol, 1)],
      ]);
      expect(outcomesOf(await report(tracker, 'alice', [group]))).toEqual([
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
      expect(outcomesOf(await report(tracker, 'alice', groups))).toEqual([
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
      expect(outcomesOf(answer)).toEqual(['uncounted', 'duplicate', 'uncounted']);
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
      expect(outcomesOf(await report(tracker, 'alice', groups))).toEqual(codes);
    });
  });
});
