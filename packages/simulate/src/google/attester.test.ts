import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfidentialSpaceOptions, createConfidentialSpaceAttester } from '@assay/attest';
import { AssayError, verify } from '@assay/verify';
import { buildStatement, statementDigest, tokenNonce } from '@assay/verify/binding';
import { confidentialSpace } from '@assay/verify/confidential-space';
import type { Envelope } from '@assay/verify/evidence';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Handler, type Listener, listen } from '../listen.ts';
import { createLauncher, type LauncherFault, type LauncherOptions } from './launcher.ts';
import type { TokenProfile } from './profile.ts';
import { createGoogleVendor, type GoogleVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const audience = 'https://verifier.example';
const nonce = randomBytes(32);
const statement = buildStatement({
  type: 'attestation',
  instance: randomBytes(16).toString('hex'),
  nonce: nonce.toString('hex'),
  aud: audience,
  issuedAt: now.getTime() / 1000,
  keys: [],
  claims: { service: 'syft' },
});

let vendor: GoogleVendor;
let reportData: Uint8Array;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
  reportData = await statementDigest(statement);
});

let folder: string;
let socket: string;
let listeners: Listener[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  socket = join(folder, 'teeserver.sock');
  listeners = [];
});
afterEach(async () => {
  for (const listener of listeners) await listener.close();
  await rm(folder, { recursive: true });
});

/** An attester before a launcher on a real socket; its waits before retries are told, and take no time. */
async function attesterOf(options: LauncherOptions | Handler = {}, more: ConfidentialSpaceOptions = {}) {
  const handler = typeof options === 'function' ? options : createLauncher(vendor, options);
  listeners.push(await listen(handler, { socket }, { onError: () => undefined }));
  const waits: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const attester = createConfidentialSpaceAttester({ socket, audience, sleep, random: () => 1, ...more });
  return { attester, waits };
}
async function failure(answer: Promise<unknown>): Promise<AssayError> {
  const error: unknown = await answer.then(
    () => new Error('it made evidence'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AssayError)) throw error;
  return error;
}
const judge = (envelope: Envelope) =>
  verify(
    { ...envelope, statement },
    {
      tees: [confidentialSpace],
      now,
      policy: {
        releases: [{ name: 'workload 1', measurements: { imageDigest: `sha256:${'5a'.repeat(32)}` } }],
        binding: { profile: 'assay/1', type: 'attestation', audience, claims: { service: 'syft' } },
        platforms: { projectId: ['simulated-project'] },
      },
      endorsements: { confidentialSpace: { jwks: vendor.jwks } },
      roots: [vendor.chain.root.certificate],
      allowSimulated: true,
      nonce,
    },
  );
const claimsOf = ({ evidence }: Envelope): Record<string, unknown> =>
  JSON.parse(Buffer.from(Buffer.from(evidence).toString().split('.')[1] ?? '', 'base64url').toString());

describe.each(['PKI', 'OIDC'] as const)('a token of type %s', (tokenType) => {
  test.each<[TokenProfile, string]>([
    ['sev', 'affirming'],
    ['tdx', 'affirming'],
    ['gpu', 'affirming'],
    ['sev-debug', 'contraindicated'],
    ['tdx-debug', 'contraindicated'],
    ['shielded-vm', 'contraindicated'],
    ['plain-vm', 'contraindicated'],
  ])('of %s carries the report data, and is %s', async (profile, outcome) => {
    const { attester } = await attesterOf({ profile }, { tokenType });
    const envelope = await attester.evidence({ reportData, nonces: [nonce.toString('base64url')] });
    expect(envelope.tee).toBe('confidential-space');
    const verdict = await judge(envelope);
    expect([verdict.outcome, verdict.layers.bound, verdict.layers.fresh]).toEqual([outcome, 'pass', 'pass']);
  });
});

test('a token is PKI and for the audience of the attester, unless the request names one', async () => {
  const { attester } = await attesterOf();
  const envelope = await attester.evidence({ reportData });
  expect(Buffer.from(Buffer.from(envelope.evidence).toString().split('.')[0] ?? '', 'base64url').toString()).toContain(
    'x5c',
  );
  expect(claimsOf(envelope)).toMatchObject({ aud: audience, eat_nonce: await tokenNonce(reportData) });
  expect(claimsOf(await attester.evidence({ reportData, audience: 'https://other.example' }))).toMatchObject({
    aud: 'https://other.example',
  });
});

test('requests go one at a time', async () => {
  const launcher = createLauncher(vendor);
  let running = 0;
  let most = 0;
  const { attester } = await attesterOf(async (request) => {
    running += 1;
    most = Math.max(most, running);
    const answer = await launcher(request);
    running -= 1;
    return answer;
  });
  const asked = Array.from({ length: 8 }, () => Uint8Array.from(randomBytes(64)));
  const tokens = await Promise.all(asked.map((data) => attester.evidence({ reportData: data })));
  expect(tokens.map((token) => claimsOf(token).eat_nonce)).toEqual(await Promise.all(asked.map(tokenNonce)));
  expect(most).toBe(1);
});

/** One fault for each request in turn, none afterwards; counts what was asked. */
function inTurn(...faults: readonly LauncherFault[]) {
  const asked = { count: 0 };
  const fault = (): LauncherFault | undefined => {
    asked.count += 1;
    return faults[asked.count - 1];
  };
  return { asked, fault };
}
const service = (code: number, reason: string): LauncherFault => ({
  kind: 'service',
  error: { code, message: 'said so', reason },
});

describe('retries', () => {
  test.each<[string, LauncherFault]>([
    ['a quota that is used up', service(429, 'RATE_LIMIT_EXCEEDED')],
    ['a service that fails', service(503, 'UNAVAILABLE')],
    ['a launcher that fails', { kind: 'answer', status: 500, body: 'context deadline exceeded' }],
    ['a connection that breaks amid the token', { kind: 'half' }],
  ])('follow %s, after longer and longer waits', async (_, fault) => {
    const turns = inTurn(fault, fault);
    const { attester, waits } = await attesterOf({ fault: turns.fault });
    expect((await attester.evidence({ reportData })).tee).toBe('confidential-space');
    expect([turns.asked.count, waits]).toEqual([3, [500, 1000]]);
  });

  test('end after the third request, and the last refusal is told', async () => {
    const down = service(503, 'UNAVAILABLE');
    const turns = inTurn(down, down, service(429, 'RATE_LIMIT_EXCEEDED'));
    const { attester, waits } = await attesterOf({ fault: turns.fault }, { random: () => 0 });
    const error = await failure(attester.evidence({ reportData }));
    expect(error.details.actual).toBe('RATE_LIMIT_EXCEEDED');
    expect([turns.asked.count, waits]).toEqual([3, [250, 500]]);
  });

  test.each<[LauncherFault, string | undefined, RegExp]>([
    [service(400, 'INVALID_ARGUMENT'), 'INVALID_ARGUMENT', /Error 400: said so/],
    [service(403, 'IAM_PERMISSION_DENIED'), 'IAM_PERMISSION_DENIED', /roles\/confidentialcomputing\.workloadUser/],
    [{ kind: 'no-client' }, 'NO_VERIFIER_CLIENT', /restart the VM/],
    [{ kind: 'answer', status: 404, body: '404 page not found' }, 'HTTP 404', /answered 404: 404 page not found/],
    [{ kind: 'answer', status: 200, body: 'eyJhbGciOi.s3cret' }, undefined, /answered 17 bytes that are no token; see/],
    [{ kind: 'answer', status: 200, body: 'x'.repeat(131_073) }, undefined, /longer than 131072 bytes/],
    [{ kind: 'token', flaw: 'nonces-dropped' }, undefined, /other report data than were asked for/],
  ])('do not follow %.70j', async (fault, actual, message) => {
    const turns = inTurn(fault);
    const { attester } = await attesterOf({ fault: turns.fault });
    const error = await failure(attester.evidence({ reportData }));
    expect([turns.asked.count, error.code, error.details.actual]).toEqual([1, 'unavailable', actual]);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('s3cret');
  });
});

test('a VM on SEV-SNP is named, with what to create instead', async () => {
  const { attester } = await attesterOf({ profile: 'sev-snp' });
  const error = await failure(attester.evidence({ reportData }));
  expect(error.details.actual).toBe('UNSUPPORTED_CC_TECHNOLOGY');
  expect(error.message).toMatch(/AMD SEV-SNP, which Confidential Space does not support: .*SEV or =TDX$/);
});

test('what goes over the limits is refused before anybody is asked', async () => {
  const turns = inTurn();
  const { attester } = await attesterOf({ fault: turns.fault });
  const nonces = Array<string>(6).fill('8-bytes!');
  expect((await failure(attester.evidence({ reportData, nonces }))).details.field).toBe('nonces');
  const sts = 'https://sts.googleapis.com';
  expect((await failure(attester.evidence({ reportData, audience: sts }))).details.field).toBe('audience');
  expect((await failure(attester.evidence({ reportData: new Uint8Array(32) }))).details.field).toBe('reportData');
  expect(() => createConfidentialSpaceAttester({ audience: sts })).toThrow(/credential of Google Cloud/);
  expect(() => createConfidentialSpaceAttester({ socket: 'http://localhost' })).toThrow(/^socket: expected the path/);
  expect(turns.asked.count).toBe(0);
});

test('a launcher that never answers is left at the deadline, or when the caller calls it off', async () => {
  const { attester } = await attesterOf({ fault: () => ({ kind: 'hang' }) }, { timeoutMs: 50 });
  const error = await failure(attester.evidence({ reportData }));
  expect(error.message).toMatch(/no answer within 50 ms; .*Private Google Access/);
  const off = new AbortController();
  const calledOff = attester.evidence({ reportData, signal: off.signal });
  off.abort(new Error('enough'));
  await expect(calledOff).rejects.toThrow('enough');
});

test('detection asks for nothing; health asks for a token that nobody can use', async () => {
  const audiences: unknown[] = [];
  const claims = (all: Readonly<Record<string, unknown>>) => {
    audiences.push(all.aud);
    return all;
  };
  const { attester } = await attesterOf({ claims });
  expect(await attester.detect()).toEqual({ available: true, looked: [`unix:${socket}: there`] });
  expect(audiences).toEqual([]);
  const found = await Promise.all(attester.health.map(async ({ id, look }) => [id, (await look()).outcome]));
  expect(found).toEqual([
    ['confidential-space.socket', 'pass'],
    ['confidential-space.permission', 'pass'],
    ['confidential-space.token', 'pass'],
  ]);
  expect(audiences).toEqual(['https://assay.invalid']);
});
