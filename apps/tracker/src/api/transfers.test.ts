import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64, utf8 } from '@assay/verify/codec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Described, described, describedBy } from '../../../../tools/described-answers.ts';
import { type ServedTracker, served } from '../../../../tools/tracker-in-tests.ts';
import { type BlsKey, blsKeyPair } from '../bls/key.ts';
import { exportMessage } from '../ledger/export.ts';
import { encodeReceipt } from '../receipts/receipt.ts';
import { createTorrents } from '../torrents/torrents.ts';

const PIECE = 16_384;
const EPOCH = Math.floor(Date.parse('2026-11-20T12:00:00Z') / 3_600_000);
const infohash = new Uint8Array(createHash('sha1').update('a torrent').digest());
const alice = blsKeyPair(new Uint8Array(32).fill(1)).key;
const bob = blsKeyPair(new Uint8Array(32).fill(2)).key;

let folder: string;
let here: ServedTracker;
let there: ServedTracker;
let stranger: ServedTracker;
let judge: Described;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracker-transfers-'));
  const torrents = createTorrents();
  const torrent = { infohash, infohashV2: undefined, name: 'file', pieceLength: PIECE, private: true };
  torrents.add({ ...torrent, spans: [2 * PIECE] });
  const of = (name: string) => ({
    database: join(folder, `${name}.db`),
    instanceId: name,
    teeMode: 'enabled',
    allowSimulated: true,
    rootCa: 'x',
  });
  here = await served(of('here'), { torrents });
  const { ledger_key: key } = (await answered(here, 'get', '/config')).body as { ledger_key: string };
  there = await served({ ...of('there'), imports: { here: { key } } });
  stranger = await served(of('stranger'));
  judge = await describedBy(there.origin);
});
afterAll(async () => {
  for (const one of [here, there, stranger]) await one.close();
  await rm(folder, { recursive: true });
});

async function answered(to: ServedTracker, method: 'get' | 'post', path: string, body?: object) {
  const headers = { 'content-type': 'application/json' };
  const sent = { method: method.toUpperCase(), ...(body && { headers, body: JSON.stringify(body) }) };
  const operation = `${method} ${path.replace(/\?.*/, '').replace(/^\/export\/.*/, '/export/{sequence}')}`;
  return described(operation, await fetch(`${to.origin}${path}`, sent));
}

/** The answer, which must be this one of those that the document has. */
async function told<T>(promise: string, sent: ReturnType<typeof answered>): Promise<T> {
  const answer = await sent;
  expect([answer.body, judge.judge(answer)]).toEqual([answer.body, { kept: promise }]);
  return answer.body as T;
}

async function register(to: ServedTracker, instance: string, user: string, key: BlsKey): Promise<string> {
  const signature = toBase64(key.sign(utf8(`register||${user}||${instance}`)));
  const body = { user_id: user, public_key: toBase64(key.publicKey), signature };
  const { announce } = (await answered(to, 'post', '/register', body)).body as { announce: string };
  return announce;
}

const evidenceOf = async (tracker: ServedTracker): Promise<unknown> =>
  (await fetch(`${tracker.origin}/attestation?nonce=${'0f'.repeat(32)}`)).json();

test('credit goes from tracker to tracker once, with the attestation of the one that lets it go', async () => {
  const hash = Buffer.from(infohash).toString('hex').replace(/../g, '%$&');
  for (const [user, key] of [
    ['alice', alice],
    ['bob', bob],
  ] as const) {
    const announce = await register(here, 'here', user, key);
    await fetch(`${here.origin}${announce}?info_hash=${hash}&peer_id=-AS0001-${user.padEnd(12, '0')}&port=1&left=1`);
  }
  const receipt = encodeReceipt({
    ...{ tracker: 'here', infohash, sender: alice.publicKey, receiver: bob.publicKey },
    ...{ piece: 0, pieces: 2, bytes: 2 * PIECE, epoch: EPOCH, sequence: 0 },
  });
  const group = { receipts: [toBase64(receipt)], signatures: [toBase64(bob.sign(receipt))] };
  expect((await answered(here, 'post', '/report', { user_id: 'alice', receipts: [group] })).body).toMatchObject({
    total_uploaded: 2 * PIECE,
    verified_receipts: 1,
  });
  const wish = { tracker: 'here', importer: 'there', bytes: PIECE, exportedBefore: 0 };
  const body = { user_id: 'alice', importer: 'there', bytes: PIECE, exported_before: 0 };
  const signature = toBase64(alice.sign(exportMessage(wish)));
  const sent = answered(here, 'post', '/export', { ...body, signature });
  const { sequence } = await told<{ sequence: number }>('post /export 200 Booked', sent);
  const document = await told<Readonly<Record<string, unknown>>>(
    'get /export/{sequence} 200 Export',
    answered(here, 'get', `/export/${sequence}`),
  );
  const evidence = await evidenceOf(here);
  const take = (changed: object) => answered(there, 'post', '/import', { document, evidence, ...changed });

  await told('post /import 404 not_found', take({}));
  await register(there, 'there', 'alice-there', alice);
  const forged = await evidenceOf(stranger);
  for (const other of [forged, null, { schema: 'assay.evidence/1' }])
    await told('post /import 403 attestation_refused', take({ evidence: other }));
  const { checkpoint } = document as { checkpoint: { content: object } };
  const foreign = { ...document, checkpoint: { ...checkpoint, content: { ...checkpoint.content, tracker: 'else' } } };
  await told('post /import 403 forbidden', take({ document: foreign }));
  const imported = await told('post /import 200 Imported', take({}));
  expect(imported).toMatchObject({ user_id: 'alice-there', bytes: PIECE });
  await told('post /import 409 already_registered', take({}));
  expect((await answered(here, 'get', '/user/alice')).body).toMatchObject({ exported: PIECE });
  expect((await answered(there, 'get', '/user/alice-there')).body).toMatchObject({ imported: PIECE });
  const seen = (await (await fetch(`${there.origin}/import/here`)).json()) as { last_seen: number };
  expect(seen.last_seen).toBeGreaterThan(0);
});
