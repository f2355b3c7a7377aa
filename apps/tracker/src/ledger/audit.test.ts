import { describe, expect, test } from 'vitest';
import {
  type AccountsInTests,
  bySession,
  clientOf,
  enrol,
  openAccounts,
  receiptOf,
  report,
  signingKeyOf,
} from '../../../../tools/accounts-in-tests.ts';
import { describeOnEngines } from '../../../../tools/stores-in-tests.ts';
import { audit } from './audit.ts';
import { checkConservation } from './conservation.ts';
import type { Checkpoint, EntryProof, SignedPromise } from './documents.ts';
import { extendsTree } from './merkle.ts';
import { hashesOf, readCheckpoint, readPromise, readProof } from './read-document.ts';
import { isSigned, signDocument } from './signed.ts';

const [alice, bob] = [clientOf('alice'), clientOf('bob')];
const MANY = 600;

async function promiseOf(tracker: AccountsInTests, first: number, count = 1): Promise<SignedPromise> {
  const receipts = Array.from({ length: count }, (_, index) => receiptOf(alice, bob, first + index));
  const { promise } = await report(tracker, 'alice', [bySession(bob, receipts)]);
  if (promise === null) throw new Error('no promise');
  return promise;
}

/** What somebody who holds promises asks the tracker for. */
async function proofsFor(
  { accounts }: AccountsInTests,
  promises: readonly SignedPromise[],
  { content }: Checkpoint,
): Promise<readonly EntryProof[]> {
  const wanted = promises.flatMap((one) => [
    one.content.sequence,
    ...one.content.receipts.map(({ sequence }) => sequence),
  ]);
  const proofs = await accounts.proofs(
    [...new Set(wanted)].filter((sequence) => sequence < content.size),
    content.size,
  );
  if (proofs === undefined) throw new Error('no proofs');
  return proofs;
}

const treeOf = ({ content }: Checkpoint) => ({
  size: content.size,
  root: hashesOf([content.root])[0] ?? new Uint8Array(),
});

describeOnEngines(({ fresh }) => {
  const opened = async (): Promise<AccountsInTests> => {
    const tracker = await openAccounts(fresh());
    await enrol(tracker.accounts, [alice, bob]);
    return tracker;
  };

  describe('promises', () => {
    test('are kept: each receipt is in its entry, under a later checkpoint', async () => {
      await using tracker = await opened();
      const promises = [await promiseOf(tracker, 0, 3), await promiseOf(tracker, 3), await promiseOf(tracker, 0)];
      await promiseOf(tracker, 10, 20);
      const checkpoint = await tracker.accounts.checkpoint();
      const proofs = await proofsFor(tracker, promises, checkpoint);
      const { publicKey } = tracker.accounts;
      expect(audit({ promises, checkpoint, proofs, publicKey })).toEqual({ kept: true, receipts: 5, findings: [] });
    });

    test('survive JSON, strictly read', async () => {
      await using tracker = await opened();
      const promise = await promiseOf(tracker, 0);
      const checkpoint = await tracker.accounts.checkpoint();
      const [proof] = await proofsFor(tracker, [promise], checkpoint);
      const again = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
      expect(readPromise(again(promise))).toEqual(promise);
      expect(readCheckpoint(again(checkpoint))).toEqual(checkpoint);
      expect(readProof(again(proof))).toEqual(proof);
      expect(readPromise({ ...promise, more: 1 })).toBeUndefined();
      expect(readCheckpoint(again(promise))).toBeUndefined();
    });

    test('that are not kept are found out: each fault by its name', async () => {
      await using tracker = await opened();
      const promise = await promiseOf(tracker, 0);
      const checkpoint = await tracker.accounts.checkpoint();
      const proofs = await proofsFor(tracker, [promise], checkpoint);
      const { publicKey } = tracker.accounts;
      const key = signingKeyOf('tracker_instance_1');
      const good = { promises: [promise], checkpoint, proofs, publicKey };
      const codes = (other: Partial<typeof good>): readonly string[] =>
        audit({ ...good, ...other }).findings.map(({ code }) => code);
      const { content } = promise;
      const [receipt] = content.receipts;
      const proof = proofs.at(0);
      if (receipt === undefined || proof === undefined) throw new Error('no receipt');
      expect(codes({})).toEqual([]);
      expect(codes({ checkpoint: { ...checkpoint, content: { ...checkpoint.content, size: 9 } } })).toEqual([
        'checkpoint-signature',
      ]);
      expect(codes({ promises: [{ ...promise, content: { ...content, issuedAt: 0 } }] })).toEqual([
        'promise-signature',
      ]);
      expect(codes({ promises: [signDocument({ ...content, tracker: 'other' }, key)] })).toEqual(['other-tracker']);
      expect(
        codes({ promises: [signDocument({ ...content, receipts: [{ ...receipt, id: '0'.repeat(64) }] }, key)] }),
      ).toEqual(['receipt-missing']);
      expect(codes({ promises: [signDocument({ ...content, head: '0'.repeat(64) }, key)] })).toEqual(['head-differs']);
      expect(codes({ proofs: [] })).toEqual(['proof-missing', 'proof-missing']);
      expect(codes({ proofs: [{ ...proof, entry: proof.entry.replace('16384', '16385') }] })).toEqual([
        'proof-wrong',
        'proof-wrong',
      ]);
    });

    test('of a ledger that was restored from an old copy are missed by those who hold them', async () => {
      await using tracker = await opened();
      const old = await tracker.accounts.checkpoint();
      const promise = await promiseOf(tracker, 0);
      const { publicKey } = tracker.accounts;
      const { findings } = audit({ promises: [promise], checkpoint: old, proofs: [], publicKey });
      expect(findings.map(({ code }) => code)).toEqual(['beyond-checkpoint', 'beyond-checkpoint']);
    });

    test('of checkpoints pass for no promise: each kind is signed under its own name', async () => {
      await using tracker = await opened();
      const checkpoint = await tracker.accounts.checkpoint();
      expect(isSigned(checkpoint, tracker.accounts.publicKey)).toBe(true);
      const renamed = { ...checkpoint.content, schema: 'assay.tracker-promise/1' as const, receipts: [], sequence: 0 };
      expect(isSigned({ content: renamed, signature: checkpoint.signature }, tracker.accounts.publicKey)).toBe(false);
    });
  });

  describe('checkpoints', () => {
    test('of an empty ledger are there too', async () => {
      await using tracker = await openAccounts(fresh());
      const { content } = await tracker.accounts.checkpoint();
      expect(content).toMatchObject({ size: 0, head: '0'.repeat(64), root: expect.stringMatching(/^e3b0c442/) });
    });

    test('extend each other over tiles and restarts, with every entry in them', async () => {
      const options = fresh();
      const checkpoints: Checkpoint[] = [];
      {
        await using tracker = await openAccounts(options);
        await enrol(tracker.accounts, [alice, bob]);
        for (let first = 0; first < MANY; first += 150) {
          checkpoints.push(await tracker.accounts.checkpoint());
          await promiseOf(tracker, first, 150);
        }
      }
      await using tracker = await openAccounts(options);
      const last = await tracker.accounts.checkpoint();
      expect(last.content.size).toBe(MANY + 2);
      for (const before of checkpoints) {
        const path = await tracker.accounts.consistency(before.content.size, last.content.size);
        expect(extendsTree(treeOf(before), treeOf(last), hashesOf(path ?? []))).toBe(true);
      }
      const tiles = await tracker.db.sql.selectFrom('tracker_tiles').select('position').execute();
      expect(tiles.map(({ position }) => position)).toEqual([0, 1]);
      const sequences = [0, 1, 255, 256, 511, 512, MANY + 1];
      const proofs = (await tracker.accounts.proofs(sequences, last.content.size)) ?? [];
      const { publicKey } = tracker.accounts;
      for (const proof of proofs) {
        const content = { schema: 'assay.tracker-promise/1', tracker: last.content.tracker, receipts: [] } as const;
        const promise = { ...content, sequence: proof.sequence, head: '', issuedAt: 0 };
        const promises = [signDocument(promise, signingKeyOf('tracker_instance_1'))];
        // The proof leads to the root, so all that is wrong is the head, which was promised empty.
        const codes = audit({ promises, checkpoint: last, proofs, publicKey }).findings.map(({ code }) => code);
        expect(codes).toEqual(['head-differs']);
      }
    });

    test('answer nothing about sizes and entries that there are not', async () => {
      await using tracker = await opened();
      const { accounts } = tracker;
      for (const size of [3, -1, 0.5]) expect(await accounts.proofs([0], size)).toBeUndefined();
      for (const sequence of [2, -1, 0.5]) expect(await accounts.proofs([sequence], 2)).toBeUndefined();
      expect(await accounts.consistency(2, 1)).toBeUndefined();
      expect(await accounts.consistency(1, 3)).toBeUndefined();
      expect(await accounts.consistency(0, 2)).toEqual([]);
    });
  });

  describe('the check of the whole ledger', () => {
    const tampered = async (change: (tracker: AccountsInTests) => Promise<unknown>): Promise<readonly string[]> => {
      await using tracker = await opened();
      await promiseOf(tracker, 0, 3);
      expect((await checkConservation(tracker.db)).faults).toEqual([]);
      await change(tracker);
      return (await checkConservation(tracker.db)).faults;
    };

    test('finds credit that no entry books', async () => {
      const faults = await tampered(({ db }) =>
        db.sql.updateTable('tracker_users').set({ uploaded: 1e9 }).where('user_id', '=', 'alice').execute(),
      );
      expect(faults).toEqual([
        'alice has uploaded 1000000000, its entries say 49152',
        'users hold 999950848 bytes, 0 were issued',
      ]);
    });

    test('finds an entry that was changed', async () => {
      const faults = await tampered(async ({ db }) => {
        const { entry } = await db.sql
          .selectFrom('tracker_ledger')
          .select('entry')
          .where('sequence', '=', 3)
          .executeTakeFirstOrThrow();
        const changed = entry.replace('"bytes":16384', '"bytes":99999');
        await db.sql.updateTable('tracker_ledger').set({ entry: changed }).where('sequence', '=', 3).execute();
      });
      expect(faults).toEqual([
        'entry 3 has another hash than the one kept',
        'entry 4 does not name the hash of the one before it',
        'alice has uploaded 49152, its entries say 132767',
        'bob has downloaded 49152, its entries say 132767',
      ]);
    });

    test('finds an entry that is none any more', async () => {
      const faults = await tampered(({ db }) =>
        db.sql.updateTable('tracker_ledger').set({ entry: '{}' }).where('sequence', '=', 2).execute(),
      );
      expect(faults).toContain('entry 2 cannot be read');
    });

    test('finds an end that was cut off', async () => {
      const faults = await tampered(({ db }) =>
        db.sql.deleteFrom('tracker_ledger').where('sequence', '=', 4).execute(),
      );
      expect(faults).toContain('the head counts 5 entries, there are 4');
    });
  });
});
