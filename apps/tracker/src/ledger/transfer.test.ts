import { createPublicKey, generateKeyPairSync } from 'node:crypto';
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
import type { AccountingOptions, ExportRequest } from './accounting.ts';
import { checkConservation } from './conservation.ts';
import type { ExportDocument } from './documents.ts';
import { exportMessage } from './export.ts';
import { ledgerKey } from './signed.ts';

const [alice, bob] = [clientOf('alice'), clientOf('bob')];
const HOME = 'tracker_instance_1';
const AWAY = 'tracker_instance_2';
const PIECE = 16_384;

/** Alice's signed wish. */
function wish(bytes: number, exportedBefore = 0, other: Partial<ExportRequest> = {}): ExportRequest {
  const signature = alice.key.sign(exportMessage({ tracker: HOME, importer: AWAY, bytes, exportedBefore }));
  return { userId: 'alice', importer: AWAY, bytes, exportedBefore, signature, ...other };
}

const codeOf = (answer: object): string =>
  'refused' in answer ? (answer.refused as { readonly code: string }).code : 'done';

describeOnEngines(({ fresh }) => {
  /** Where Alice has sent Bob ten pieces. */
  const openHome = async (): Promise<AccountsInTests> => {
    const tracker = await openAccounts(fresh(), { grant: 1_000_000 });
    await enrol(tracker.accounts, [alice, bob]);
    const receipts = Array.from({ length: 10 }, (_, piece) => receiptOf(alice, bob, piece));
    await report(tracker, 'alice', [bySession(bob, receipts)]);
    return tracker;
  };
  /** A tracker that takes the first one's credit. */
  const openAway = async (given: Partial<AccountingOptions> = {}): Promise<AccountsInTests> => {
    const home = ledgerPublicKey(HOME);
    const options = {
      instanceId: AWAY,
      imports: { [HOME]: { publicKey: home } },
      attested: async () => true,
      ...given,
    };
    const tracker = await openAccounts(fresh(), options);
    await enrol(tracker.accounts, [alice], given.instanceId ?? AWAY);
    return tracker;
  };
  const documentOf = async (
    home: AccountsInTests,
    bytes: number,
    since: number | null = null,
  ): Promise<ExportDocument> => {
    const before = home.accounts.account('alice')?.exported ?? 0;
    const done = await home.accounts.exportCredit(wish(bytes, before));
    if ('refused' in done) throw new Error(done.refused.message);
    const document = await home.accounts.exportDocument(done.sequence, since);
    if ('refused' in document) throw new Error(document.refused.message);
    return document;
  };

  test('credit that is exported is a debit at home and a credit away; both ledgers balance', async () => {
    await using home = await openHome();
    await using away = await openAway();
    const document = await documentOf(home, 4 * PIECE);
    expect(home.accounts.account('alice')).toMatchObject({ uploaded: 10 * PIECE, exported: 4 * PIECE });
    expect(JSON.parse(document.proof.entry)).toMatchObject({
      kind: 'export',
      user: 'alice',
      importer: AWAY,
      tracker: HOME,
    });
    const done = await away.accounts.importCredit(JSON.parse(JSON.stringify(document)), 'evidence');
    expect(done).toEqual({ userId: 'alice', bytes: 4 * PIECE, sequence: 1 });
    expect(away.accounts.account('alice')).toMatchObject({ imported: 4 * PIECE, uploaded: 0 });
    const held = 2_000_000 - 4 * PIECE;
    expect(await checkConservation(home.db)).toMatchObject({ held, issued: held, faults: [] });
    expect(await checkConservation(away.db)).toMatchObject({ held: 4 * PIECE, issued: 4 * PIECE, faults: [] });
  });

  describe('an export', () => {
    test('that was made is refused a second time, also after a restart', async () => {
      await using home = await openHome();
      const answers = await Promise.all([1, 2, 3].map(() => home.accounts.exportCredit(wish(PIECE))));
      expect(answers.map(codeOf)).toEqual(['done', 'export-exists', 'export-exists']);
      expect(home.accounts.account('alice')?.exported).toBe(PIECE);
      expect(codeOf(await home.accounts.exportCredit(wish(2 * PIECE)))).toBe('export-exists');
      expect(codeOf(await home.accounts.exportCredit(wish(2 * PIECE, PIECE)))).toBe('done');
    });

    test('of more than was earned is refused, gifts not counted', async () => {
      await using home = await openHome();
      expect(codeOf(await home.accounts.exportCredit(wish(10 * PIECE + 1)))).toBe('credit-too-small');
      expect(codeOf(await home.accounts.exportCredit(wish(10 * PIECE)))).toBe('done');
    });

    test.each<[string, string, Partial<ExportRequest>]>([
      ['signature', 'by someone else', { signature: bob.key.sign(new Uint8Array()) }],
      ['signature', 'for another amount', { bytes: PIECE + 1 }],
      ['signature', 'for another tracker', { importer: 'tracker_instance_3' }],
      ['signature', 'for a tracker of no name', { importer: 'a|b' }],
      ['signature', 'of no point', { signature: new Uint8Array(96) }],
      ['user-unknown', 'of a stranger', { userId: 'nobody' }],
      ['amount', 'of nothing', { bytes: 0 }],
      ['amount', 'of half a byte', { bytes: 0.5 }],
      ['other-tracker', 'to where it is', { importer: HOME }],
    ])('is refused (%s) when it is signed %s', async (code, _, other) => {
      await using home = await openHome();
      expect(codeOf(await home.accounts.exportCredit(wish(PIECE, 0, other)))).toBe(code);
      expect(home.accounts.account('alice')?.exported).toBe(0);
    });

    test('has a document only where there is one', async () => {
      await using home = await openHome();
      expect(codeOf(await home.accounts.exportDocument(0, null))).toBe('export-unknown');
      expect(codeOf(await home.accounts.exportDocument(999, null))).toBe('export-unknown');
      const { sequence } = (await home.accounts.exportCredit(wish(PIECE))) as { readonly sequence: number };
      expect(codeOf(await home.accounts.exportDocument(sequence, 999))).toBe('checkpoint-inconsistent');
    });
  });

  describe('an import', () => {
    const refused = async (
      code: string,
      change: (document: ExportDocument) => unknown,
      given: Partial<AccountingOptions> = {},
    ) => {
      await using home = await openHome();
      await using away = await openAway(given);
      const document = await documentOf(home, PIECE);
      expect(codeOf(await away.accounts.importCredit(change(document), null))).toBe(code);
      expect(away.accounts.account('alice')?.imported).toBe(0);
    };
    const same = (document: ExportDocument): ExportDocument => document;

    test('is refused a second time', async () => {
      await using home = await openHome();
      await using away = await openAway();
      const document = await documentOf(home, PIECE);
      const both = await Promise.all([1, 2].map(() => away.accounts.importCredit(document, null)));
      expect(both.map(codeOf)).toEqual(['done', 'import-exists']);
      expect(codeOf(await away.accounts.importCredit(document, null))).toBe('import-exists');
      expect(away.accounts.account('alice')?.imported).toBe(PIECE);
    });

    test('is refused at any other tracker than the one it names', () =>
      refused('other-tracker', same, { instanceId: 'tracker_instance_3' }));
    test('is refused from a tracker that is not on the list', () => refused('tracker-unknown', same, { imports: {} }));
    test('is refused when the list has another key', () =>
      refused('checkpoint-signature', same, { imports: { [HOME]: { publicKey: ledgerPublicKey(AWAY) } } }));
    test("is refused when the exporter's attestation does not pass the importer's policy", () =>
      refused('attestation', same, { attested: async (tracker, evidence) => tracker !== HOME || evidence !== null }));
    test('is refused when its amount was changed', () =>
      refused('export-proof', (document) => {
        const entry = document.proof.entry.replace(`"bytes":${PIECE}`, `"bytes":${PIECE}0`);
        return { ...document, proof: { ...document.proof, entry } };
      }));
    test('is refused when its checkpoint was changed', () =>
      refused('checkpoint-signature', ({ checkpoint, ...rest }) => {
        return { ...rest, checkpoint: { ...checkpoint, content: { ...checkpoint.content, size: 99 } } };
      }));
    test('is refused when it is something else', () => refused('export-malformed', () => ({ schema: 'other' })));
    test('is refused with anything more in it', () =>
      refused('export-malformed', (document) => ({ ...document, more: 1 })));

    test('of an entry that is no export is refused', async () => {
      await using home = await openHome();
      await using away = await openAway();
      const document = await documentOf(home, PIECE);
      const [proof] = (await home.accounts.proofs([4], document.checkpoint.content.size)) ?? [];
      expect(codeOf(await away.accounts.importCredit({ ...document, proof }, null))).toBe('export-proof');
    });

    test('for a user who is not there is refused', async () => {
      await using home = await openHome();
      await using away = await openAccounts(fresh(), {
        instanceId: AWAY,
        imports: { [HOME]: { publicKey: ledgerPublicKey(HOME) } },
        attested: async () => true,
      });
      expect(codeOf(await away.accounts.importCredit(await documentOf(home, PIECE), null))).toBe('user-unknown');
    });

    test('rests on a checkpoint that extends the last one seen', async () => {
      await using home = await openHome();
      await using away = await openAway();
      const [first, second] = [await documentOf(home, PIECE), await documentOf(home, PIECE)];
      expect(await away.accounts.lastSeen(HOME)).toBeNull();
      expect(codeOf(await away.accounts.importCredit(second, null))).toBe('done');
      const seen = await away.accounts.lastSeen(HOME);
      expect(seen).toBe(second.checkpoint.content.size);
      expect(codeOf(await away.accounts.importCredit(first, null))).toBe('checkpoint-old');
      const again = await home.accounts.exportDocument(first.proof.sequence, seen);
      expect(codeOf(await away.accounts.importCredit(again, null))).toBe('done');
      expect(codeOf(await away.accounts.importCredit(await documentOf(home, PIECE), null))).toBe(
        'checkpoint-inconsistent',
      );
      expect(codeOf(await away.accounts.importCredit(await documentOf(home, PIECE, seen), null))).toBe('done');
      expect(away.accounts.account('alice')?.imported).toBe(3 * PIECE);
    });

    test('from a tracker whose ledger was begun anew under its old key is refused', async () => {
      await using home = await openHome();
      await using away = await openAway();
      await away.accounts.importCredit(await documentOf(home, PIECE), null);
      const seen = await away.accounts.lastSeen(HOME);
      await using anew = await openHome();
      await anew.accounts.give('bob', 1);
      const document = await documentOf(anew, PIECE, seen);
      expect(codeOf(await away.accounts.importCredit(document, null))).toBe('checkpoint-inconsistent');
    });

    test('cannot be taken on: a single hop', async () => {
      await using home = await openHome();
      await using away = await openAway();
      await away.accounts.importCredit(await documentOf(home, 4 * PIECE), null);
      const message = exportMessage({ tracker: AWAY, importer: HOME, bytes: 1, exportedBefore: 0 });
      const request = {
        userId: 'alice',
        importer: HOME,
        bytes: 1,
        exportedBefore: 0,
        signature: alice.key.sign(message),
      };
      expect(codeOf(await away.accounts.exportCredit(request))).toBe('credit-too-small');
    });
  });
});

/** DER of a tracker's public key. */
function ledgerPublicKey(instanceId: string): Uint8Array {
  return new Uint8Array(createPublicKey(signingKeyOf(instanceId)).export({ format: 'der', type: 'spki' }));
}

test("a key of another kind is no ledger's", () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  expect(() => ledgerKey(publicKey.export({ format: 'der', type: 'spki' }))).toThrow(
    /^publicKey: expected DER of an Ed25519/,
  );
  expect(() => ledgerKey(new Uint8Array(3))).toThrow(/^publicKey: expected DER/);
});
