import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64, toHex, utf8 } from '@assay/verify/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesOf, type Described, described, describedBy } from '../../../../tools/described-answers.ts';
import { type ServedTracker, served, TOKEN } from '../../../../tools/tracker-in-tests.ts';
import { blsKeyPair } from '../bls/key.ts';
import { exportMessage } from '../ledger/export.ts';
import { payloadReportData } from '../tee/report-data.ts';
import { API_LIMITS } from './limits.ts';

const TOO_LONG = ' '.repeat(API_LIMITS.body + 1);
const INSTANCE = 'tracker_instance_1';
const { secretKey, key } = blsKeyPair(new Uint8Array(32).fill(1));
const publicKey = toBase64(key.publicKey);
const signature = toBase64(key.sign(utf8(`register||alice||${INSTANCE}`)));
const alice = { user_id: 'alice', public_key: publicKey, signature };
const piece = {
  sender_public_key: publicKey,
  piece_hash: 'ab'.repeat(32),
  piece_index: 7,
  infohash: 'cd'.repeat(20),
};
const receipt = { receiver_public_key: publicKey, ...piece, timestamp: 1, receipt: signature };
const quoted = { quote: '0300', expected_payload: 'x' };
const NONCE = '0f'.repeat(32);

let folder: string;
let open: ServedTracker;
let closed: ServedTracker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracker-answers-'));
  open = await served({ database: join(folder, 'open.db'), instanceId: INSTANCE, dev: true, teeMode: 'enabled' });
  const one = { database: join(folder, 'closed.db'), instanceId: INSTANCE, maxUsers: 1 };
  closed = await served(one, { tee: false });
  // Before whoever is refused for being there already.
  await ask(open, 'post', '/register', alice);
});
afterAll(async () => {
  await open.close();
  await closed.close();
  await rm(folder, { recursive: true });
});

function ask(to: ServedTracker, method: string, path: string, body?: unknown, headers: object = {}): Promise<Response> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(`${to.origin}${path}`, {
    method: method.toUpperCase(),
    headers: { ...type, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

type Case = readonly [promise: string, send: () => Promise<Response>];

/** What any route with a body refuses. */
const ofBodies = (operation: string): readonly Case[] => {
  const path = operation.replace('post ', '');
  return [
    [`${operation} 413 body_too_large`, () => ask(open, 'post', path, TOO_LONG)],
    [`${operation} 415 unsupported_media_type`, () => ask(open, 'post', path, '{}', { 'content-type': 'text/plain' })],
  ];
};

/** What any route of the operator's refuses. */
const ofGuarded = (operation: string): readonly Case[] => {
  const path = operation.replace('post ', '');
  return [
    [`${operation} 400 bad_request`, () => ask(open, 'post', path, { unknown: 1 })],
    [`${operation} 401 unauthorized`, () => ask(open, 'post', path, {}, { authorization: 'Bearer wrong' })],
    [`${operation} 403 forbidden`, () => ask(open, 'post', path, {}, { origin: 'http://localhost' })],
  ];
};

const wish = (user_id: string, signed = signature): object => ({
  ...{ user_id, importer: 'other', bytes: 10, exported_before: 0, signature: signed },
});
const mine = (): string => {
  const names = { tracker: INSTANCE, importer: 'other' };
  return toBase64(key.sign(exportMessage({ ...names, bytes: 10, exportedBefore: 0 })));
};
const TRANSFERS: readonly Case[] = [
  ['post /export 400 bad_request', () => ask(open, 'post', '/export', { ...wish('alice'), bytes: -1 })],
  ['post /export 401 signature_refused', () => ask(open, 'post', '/export', wish('alice'))],
  ['post /export 403 forbidden', () => ask(open, 'post', '/export', wish('alice', mine()))],
  ['post /export 404 not_found', () => ask(open, 'post', '/export', wish('nobody'))],
  ['get /export/{sequence} 400 bad_request', () => ask(open, 'get', '/export/none')],
  ['get /export/{sequence} 404 not_found', () => ask(open, 'get', '/export/0')],
  ['post /import 400 bad_request', () => ask(open, 'post', '/import', { document: 1, evidence: 1 })],
  ['get /import/{tracker} 200 LastSeen', () => ask(open, 'get', '/import/other')],
];

const BODIES = [
  '/export',
  '/import',
  '/register',
  '/report',
  '/keygen-tee',
  '/attest',
  '/verify-receipt',
  '/generate-attestation',
];
const CASES: readonly Case[] = [
  ...[...BODIES, '/verify-attestation', '/config'].flatMap((path) => ofBodies(`post ${path}`)),
  ...['/keygen', '/keygen-tee', '/attest', '/config'].flatMap((path) => ofGuarded(`post ${path}`)),
  ['post /register 200 Registered', () => ask(closed, 'post', '/register', alice)],
  ['post /register 400 bad_request', () => ask(open, 'post', '/register', { ...alice, public_key: '!!' })],
  ['post /register 401 signature_refused', () => ask(open, 'post', '/register', { ...alice, user_id: 'bob' })],
  ['post /register 403 attestation_refused', () => ask(open, 'post', '/register', { ...alice, attestation: '00' })],
  ['post /register 403 forbidden', () => ask(closed, 'post', '/register', alice)],
  ['post /register 409 already_registered', () => ask(open, 'post', '/register', alice)],
  ['post /report 200 Reported', () => ask(open, 'post', '/report', { user_id: 'alice', receipts: [receipt, 1] })],
  ['post /report 400 bad_request', () => ask(open, 'post', '/report', { user_id: 'alice', receipts: 1 })],
  ['post /report 404 not_found', () => ask(open, 'post', '/report', { user_id: 'nobody' })],
  ['get /user/{id} 200 User', () => ask(open, 'get', '/user/alice')],
  ['get /user/{id} 404 not_found', () => ask(open, 'get', '/user/nobody')],
  ['get /stats 200 Stats', () => ask(open, 'get', '/stats')],
  ['get /health 200 Health', () => ask(open, 'get', '/health')],
  ['post /keygen 200 KeyPair', () => ask(closed, 'post', '/keygen', undefined, { authorization: `Bearer ${TOKEN}` })],
  ['post /keygen-tee 200 TeeKeyPair', () => ask(open, 'post', '/keygen-tee')],
  [
    'post /keygen-tee 503 unavailable',
    () => ask(closed, 'post', '/keygen-tee', {}, { authorization: `Bearer ${TOKEN}` }),
  ],
  [
    'post /attest 200 HttpReceipt',
    () => ask(open, 'post', '/attest', { receiver_private_key: toBase64(secretKey), ...piece }),
  ],
  ['post /verify-receipt 200 HttpReceiptVerdict', () => ask(open, 'post', '/verify-receipt', receipt)],
  ['post /verify-receipt 400 bad_request', () => ask(open, 'post', '/verify-receipt', { ...receipt, infohash: '00' })],
  [
    'post /generate-attestation 200 AttestationReport',
    () => ask(open, 'post', '/generate-attestation', { payload: `register||alice||${INSTANCE}` }),
  ],
  ['post /generate-attestation 400 bad_request', () => ask(open, 'post', '/generate-attestation', { payload: '' })],
  [
    'post /generate-attestation 403 forbidden',
    () =>
      ask(open, 'post', '/generate-attestation', {
        payload: `register||alice||${INSTANCE}`,
        public_key: publicKey,
      }),
  ],
  ['post /generate-attestation 429 too_many_requests', () => tooOften()],
  [
    'post /generate-attestation 503 unavailable',
    () => ask(closed, 'post', '/generate-attestation', { payload: 'user_registration_data' }),
  ],
  ['post /verify-attestation 200 AttestationVerdict', () => verification()],
  ['post /verify-attestation 400 bad_request', () => ask(closed, 'post', '/verify-attestation', { quote: '03' })],
  [
    'post /verify-attestation 403 forbidden',
    () => ask(closed, 'post', '/verify-attestation', { ...quoted, pccs_url: 'https://pccs.example' }),
  ],
  ['get /tee/status 200 TeeStatus', () => ask(closed, 'get', '/tee/status')],
  ['get /config 200 Configuration', () => ask(open, 'get', '/config')],
  ['post /config 200 Configured', () => ask(open, 'post', '/config', { min_ratio: 0.25, tee_mode: 'enabled' })],
  [
    'post /config 503 unavailable',
    () => ask(closed, 'post', '/config', { tee_mode: 'enabled' }, { authorization: `Bearer ${TOKEN}` }),
  ],
  ['get /attestation 200 Envelope', () => ask(open, 'get', `/attestation?nonce=${NONCE}`)],
  ['get /attestation 400 bad_request', () => ask(open, 'get', '/attestation')],
  ['get /attestation 503 not_in_tee', () => ask(closed, 'get', `/attestation?nonce=${NONCE}`)],
  ...TRANSFERS,
  ['get /ledger/checkpoint 200 Checkpoint', () => ask(open, 'get', '/ledger/checkpoint')],
  ['get /ledger/proofs 200 Proofs', () => ask(open, 'get', '/ledger/proofs?sequences=0&size=1')],
  ['get /ledger/proofs 400 bad_request', () => ask(open, 'get', '/ledger/proofs?sequences=-1&size=1')],
  ['get /ledger/proofs 404 not_found', () => ask(open, 'get', '/ledger/proofs?sequences=7&size=99999')],
  ['get /ledger/consistency 200 Consistency', () => ask(open, 'get', '/ledger/consistency?from=1&to=1')],
  ['get /ledger/consistency 400 bad_request', () => ask(open, 'get', '/ledger/consistency')],
  ['get /ledger/consistency 404 not_found', () => ask(open, 'get', '/ledger/consistency?from=1&to=99999')],
];

/** Without a TEE: a quote of somebody else's, which nobody said anything about. */
async function verification(): Promise<Response> {
  const reportData = payloadReportData('pbts-payload/1', utf8('x'), 1, (length) => new Uint8Array(length));
  const quote = toHex(await open.quote(reportData));
  return ask(closed, 'post', '/verify-attestation', { quote, expected_payload: 'x' });
}

/** The clock of these trackers stands: nothing is ever given back. */
async function tooOften(): Promise<Response> {
  for (let time = 0; time < 50; time += 1) {
    const answer = await ask(closed, 'post', '/generate-attestation', { payload: 'x' });
    if (answer.status === 429) return answer;
  }
  throw new Error('nobody was ever refused');
}

/** Needs two trackers: `transfers.test.ts`. */
const BETWEEN_TRACKERS = [
  'post /export 200 Booked',
  'get /export/{sequence} 200 Export',
  ...['200 Imported', '403 attestation_refused', '403 forbidden', '404 not_found', '409 already_registered'].map(
    (answer) => `post /import ${answer}`,
  ),
];

/** What the operator does: with his token, without, and to nobody. */
const OPERATOR: readonly Case[] = (
  [
    ['post', 'passkey', 'Passkey', undefined],
    ['delete', 'passkey', 'Revoked', undefined],
    ['post', 'credit', 'Booked', { bytes: 5 }],
  ] as const
).flatMap(([method, what, title, body]): readonly Case[] => {
  const operation = `${method} /user/{id}/${what}`;
  const to =
    (user: string, headers: object = {}) =>
    () =>
      ask(open, method, `/user/${user}/${what}`, body, headers);
  return [
    [`${operation} 200 ${title}`, to('alice')],
    [`${operation} 401 unauthorized`, to('alice', { authorization: 'Bearer wrong' })],
    [`${operation} 403 forbidden`, to('alice', { origin: 'http://localhost' })],
    [`${operation} 404 not_found`, to('nobody')],
  ];
});

const ofCredit: readonly Case[] = [
  ['post /user/{id}/credit 400 bad_request', () => ask(open, 'post', '/user/alice/credit', { bytes: 0.5 })],
  ['post /user/{id}/credit 413 body_too_large', () => ask(open, 'post', '/user/alice/credit', TOO_LONG)],
  [
    'post /user/{id}/credit 415 unsupported_media_type',
    () => ask(open, 'post', '/user/alice/credit', '{}', { 'content-type': 'text/plain' }),
  ],
];

const operationOf = (promise: string): string => promise.split(' ').slice(0, 2).join(' ');
const isLast = ([promise]: Case): boolean => promise.includes(' 429 ');

describe('the document of the tracker', () => {
  // Whoever asks too often is refused from then on.
  const inOrder = [...CASES.filter((one) => !isLast(one)), ...OPERATOR, ...ofCredit, ...CASES.filter(isLast)];
  test.each(inOrder)('describes %s, and nothing else', async (promise, send) => {
    const judge: Described = await describedBy(open.origin);
    const answer = await described(operationOf(promise), await send());
    expect(judge.judge(answer)).toEqual({ kept: promise });
    for (const changed of changesOf(answer))
      expect([changed.body, judge.judge(changed)]).toEqual([changed.body, { wrong: expect.any(String) }]);
  });

  test('promises nothing that is not shown here', async () => {
    const { promised } = await describedBy(open.origin);
    const here = new Set([...[...CASES, ...OPERATOR, ...ofCredit].map(([promise]) => promise), ...BETWEEN_TRACKERS]);
    expect(here).toEqual(new Set(promised));
  });
});
