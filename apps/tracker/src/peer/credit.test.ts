import { join } from 'node:path';
import { openDatabase } from '@assay/store';
import { parseJson } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import { folderInTests, PATIENT, torrentInTests, trackerInTests } from '../../../../tools/tracker-peers-in-tests.ts';
import { deriveEd25519Key } from '../bls/derive.ts';
import { blsKey } from '../bls/key.ts';
import type { Accounting, AccountingOptions } from '../ledger/accounting.ts';
import { exportMessage } from '../ledger/export.ts';
import { openAccounting } from '../ledger/open.ts';
import type { TrackerSchema } from '../ledger/schema.ts';
import { parseTorrent } from '../torrents/parse.ts';
import { registrationMessage } from '../users/registration.ts';
import { joinTorrent } from './join.ts';
import { createMembership } from './membership.ts';

const MIB = 1_048_576;
const [FIRST, SECOND] = ['tracker-first', 'tracker-second'];

describe('credit that a peer earned', () => {
  test('is exported to a second tracker and imported there, once; a changed or other document is refused', async () => {
    const file = torrentInTests(4 * MIB, 262_144);
    await using here = await folderInTests(file);
    await using there = await folderInTests();
    await using state = await folderInTests();
    const database = join(state.path, 'first.db');
    const material = new Uint8Array(32).fill(7);
    const accountOf = (userId: string) => join(state.path, `${userId}.json`);
    const alice = await (async () => {
      await using tracker = await trackerInTests(database, [file], { grant: 8 * MIB, instanceId: FIRST }, material);
      const membership = await createMembership(accountOf('alice'), { tracker: tracker.http, userId: 'alice' });
      const bob = await createMembership(accountOf('bob'), { tracker: tracker.http, userId: 'bob' });
      const common = { torrent: file.torrent, host: '127.0.0.1', port: 0, note: () => undefined };
      await using seed = await joinTorrent({ ...common, data: here.path, membership, pending: accountOf('alice') });
      await using leech = await joinTorrent({
        ...common,
        data: there.path,
        membership: bob,
        pending: accountOf('bob'),
      });
      await leech.peer.complete;
      await expect.poll(() => seed.receipts().kept + seed.receipts().counted, PATIENT).toBe(16);
      await seed.report();
      return membership;
    })();

    const key = blsKey(alice.secretKey);
    const signingKey = deriveEd25519Key(material, { purpose: 'ledger', label: 'signing' });
    const open = async (path: string, options: Omit<AccountingOptions, 'db' | 'torrent'>) => {
      const db = await openDatabase<TrackerSchema>({ file: path });
      const accounting = await openAccounting({ db, torrent: () => parseTorrent(file.torrent), ...options });
      const close = async () => {
        await accounting.close();
        await db.close();
      };
      return { accounting, [Symbol.asyncDispose]: close };
    };
    await using one = await open(database, { instanceId: FIRST, signingKey });
    await using two = await open(join(state.path, 'second.db'), {
      instanceId: SECOND,
      signingKey: deriveEd25519Key(new Uint8Array(32).fill(8), { purpose: 'ledger', label: 'signing' }),
      imports: { [FIRST]: { publicKey: one.accounting.publicKey } },
      attested: (tracker, evidence) => Promise.resolve(tracker === FIRST && evidence === 'attested'),
    });
    const signature = key.sign(registrationMessage('alice-there', SECOND));
    await two.accounting.register({ userId: 'alice-there', publicKey: key.publicKey, signature });

    const wish = { bytes: 3 * MIB, importer: SECOND, exportedBefore: 0 };
    const request = { ...wish, userId: 'alice', signature: key.sign(exportMessage({ ...wish, tracker: FIRST })) };
    const exported = await one.accounting.exportCredit(request);
    expect(exported).toMatchObject({ sequence: expect.any(Number) });
    expect(await one.accounting.exportCredit(request)).toMatchObject({ refused: { code: 'export-exists' } });
    expect(one.accounting.account('alice')).toMatchObject({ uploaded: 4 * MIB, exported: 3 * MIB });

    const document = await one.accounting.exportDocument('sequence' in exported ? exported.sequence : -1, null);
    const text = JSON.stringify(document);
    const codeOf = async (to: Accounting, value: unknown, evidence: unknown = 'attested') => {
      const answer = await to.importCredit(value, evidence);
      return 'refused' in answer ? answer.refused.code : answer;
    };
    const tampered = parseJson(text.replace(`${3 * MIB}`, `${4 * MIB}`));
    expect(await codeOf(two.accounting, tampered)).toBe('export-proof');
    expect(await codeOf(two.accounting, document, 'nothing')).toBe('attestation');
    expect(await codeOf(two.accounting, document)).toMatchObject({ userId: 'alice-there', bytes: 3 * MIB });
    expect(await codeOf(two.accounting, document)).toBe('import-exists');
    const again = await one.accounting.exportDocument(
      'sequence' in exported ? exported.sequence : -1,
      await two.accounting.lastSeen(FIRST),
    );
    expect(await codeOf(two.accounting, again)).toBe('import-exists');
    expect(await codeOf(one.accounting, document)).toBe('tracker-unknown');
    expect(two.accounting.account('alice-there')).toMatchObject({ imported: 3 * MIB, uploaded: 0 });
  });
});
