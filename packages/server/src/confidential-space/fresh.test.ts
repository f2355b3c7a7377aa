import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBatcher, createConfidentialSpaceAttester } from '@assay/attest';
import { createGoogleVendor, createLauncher, type GoogleVendor, type LauncherFault } from '@assay/simulate';
import { type Handler, type Listener, listen } from '@assay/simulate/node';
import { type Verdict, verify } from '@assay/verify';
import { parseStatement } from '@assay/verify/binding';
import { fromHex, toHex } from '@assay/verify/codec';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { parseEnvelope } from '@assay/verify/evidence';
import type { Hono } from 'hono';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAttesterApp } from '../attester/app.ts';
import { createSeedAttestation } from './attestation.ts';
import { audiencePolicy } from './audience.ts';
import { createBudget } from './budget.ts';
import { type RationOptions, rationed } from './rationed.ts';

const start = new Date('2026-11-01T12:00:00Z');
const own = 'https://service.example';
const other = 'https://verifier.example';
const spki = new Uint8Array(32).fill(7);
const nonceOf = (index: number): string => index.toString(16).padStart(64, '0');

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now: start });
});

let socket: string;
let listener: Listener | undefined;
beforeEach(async () => {
  socket = join(await mkdtemp(join(tmpdir(), 'launcher-')), 'teeserver.sock');
});
afterEach(async () => {
  await listener?.close();
  listener = undefined;
  await rm(join(socket, '..'), { recursive: true });
});

/** The service before a launcher on a real socket: `bodies` has the launcher's requests. */
async function serviceOf(fault?: () => LauncherFault | undefined, more: Partial<RationOptions> = {}) {
  const bodies: string[] = [];
  const clock = { now: start };
  const launcher = createLauncher(vendor, { ...(fault && { fault }) });
  const handler: Handler = async (request) => {
    bodies.push(await request.clone().text());
    return launcher(request);
  };
  listener = await listen(handler, { socket }, { onError: () => undefined });
  const attester = createConfidentialSpaceAttester({ socket, sleep: async () => undefined });
  const speaker = { instance: 'ab'.repeat(32), clock: () => clock.now };
  const pause = async (milliseconds: number): Promise<void> => {
    clock.now = new Date(clock.now.getTime() + milliseconds);
  };
  const ration = { budget: createBudget(5, speaker.clock), pause, ...more };
  const audience = audiencePolicy([own, other], own);
  const version = '1.2.3';
  const app = createAttesterApp({
    attester,
    batcher: createBatcher(rationed(attester, ration), speaker),
    name: 'shop',
    version,
    clock: speaker.clock,
    keys: () => [{ use: 'tls', spkiSha256: toHex(spki) }],
    audience,
    seedAnswer: createSeedAttestation({ attester, ...speaker, version, audience, ...ration }),
  });
  return { app, bodies, clock };
}

/** What a relying party says that sent this nonce, and expects to be the audience. */
async function judge(answer: Response, nonce: string, audience: string): Promise<Verdict> {
  return verify(parseEnvelope(await answer.text()), {
    tees: [confidentialSpace],
    now: start,
    policy: { identity: 'any', binding: { profile: 'assay/1-batch', type: 'attestation', audience } },
    endorsements: {},
    roots: [vendor.chain.root.certificate],
    allowSimulated: true,
    nonce: fromHex(nonce),
    subject: { peerKey: { spkiSha256: spki } },
  });
}
const refusals = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe('evidence for a nonce on Confidential Space', () => {
  test.each([
    ['this service itself, when nobody is named', '', own],
    ['who is named', `&aud=${other}`, other],
    ['who is named as the launcher names it', `&audience=${other}`, other],
  ])('is for %s: token and statement say the same', async (_, query, audience) => {
    const { app } = await serviceOf();
    const answer = await app.request(`/attestation?nonce=${nonceOf(1)}${query}`);
    const { statement } = parseEnvelope(await answer.clone().text());
    expect(parseStatement(statement ?? new Uint8Array()).aud).toBe(audience);
    const verdict = await judge(answer.clone(), nonceOf(1), audience);
    expect([refusals(verdict), verdict.trusted]).toEqual([[], true]);
    const foreign = await judge(answer, nonceOf(1), 'https://foreign.example');
    expect(refusals(foreign)).toEqual(['cs.audience', 'binding.audience']);
  });

  test('is for many challengers of one token', async () => {
    const { app, bodies } = await serviceOf();
    const nonces = Array.from({ length: 50 }, (_, index) => nonceOf(index));
    const answers = await Promise.all(nonces.map(async (nonce) => app.request(`/attestation?nonce=${nonce}`)));
    for (const [index, answer] of answers.entries())
      expect(refusals(await judge(answer, nonces[index] ?? '', own))).toEqual([]);
    expect(bodies).toHaveLength(1);
  });
});

/** Asks with a nonce, and without one: what both are refused as. */
async function bothRefused(app: Hono): Promise<readonly unknown[]> {
  const fresh = await app.request(`/attestation?nonce=${nonceOf(1)}`);
  const seed = await app.request('/attestation');
  return Promise.all(
    [fresh, seed].map(async (answer) => {
      const { code, detail } = (await answer.json()) as { code: string; detail: string };
      return [code, answer.headers.get('retry-after'), detail.replace('the quote of this batch failed: ', '')];
    }),
  );
}

describe('with a nonce and without one', () => {
  test('at most five tokens a second are asked for together', async () => {
    const { app, bodies, clock } = await serviceOf();
    const targets = ['/attestation', ...[1, 2, 3, 4].map((index) => `/attestation?nonce=${nonceOf(index)}`)];
    for (const target of targets) expect((await app.request(target)).status).toBe(200);
    expect([bodies.length, clock.now]).toEqual([5, start]);
    for (const target of [`/attestation?nonce=${nonceOf(5)}`, `/attestation?aud=${other}`])
      expect((await app.request(target)).status).toBe(200);
    expect([bodies.length, clock.now.getTime() - start.getTime()]).toEqual([7, 1000]);
  });

  test('whoever would wait for too long is refused, and nothing is asked', async () => {
    const { app, bodies } = await serviceOf(undefined, { budget: () => 10_001 });
    const detail = 'Google allows few tokens a second; ask again in 10001 ms';
    expect(await bothRefused(app)).toEqual(Array(2).fill(['too_many_requests', '1', detail]));
    expect(bodies).toEqual([]);
  });

  const service = (code: number, reason: string): LauncherFault => ({
    kind: 'service',
    error: { code, message: 'said so', reason },
  });
  test.each<[LauncherFault, string, string | null, RegExp]>([
    [service(429, 'RATE_LIMIT_EXCEEDED'), 'too_many_requests', '1', /5 tokens a second/],
    [service(403, 'IAM_PERMISSION_DENIED'), 'unavailable', null, /workloadUser/],
    [{ kind: 'answer', status: 500, body: 'unexpected_snp_attestation' }, 'not_in_tee', null, /SEV-SNP/],
    [{ kind: 'token', flaw: 'nonces-dropped' }, 'unavailable', null, /other report data/],
  ])('the refusal %.90j of the launcher is the same', async (fault, code, retry, message) => {
    const { app } = await serviceOf(() => fault);
    const expected = [code, retry, expect.stringMatching(message)];
    expect(await bothRefused(app)).toEqual([expected, expected]);
  });

  test('a launcher that never answers is left when the time is over', async () => {
    let over = new AbortController();
    const asked: number[] = [];
    const timeout = (milliseconds: number): AbortSignal => {
      asked.push(milliseconds);
      over = new AbortController();
      return over.signal;
    };
    const { app } = await serviceOf(
      () => {
        over.abort(new Error('time is over'));
        return { kind: 'hang' };
      },
      { timeout },
    );
    const expected = ['unavailable', '1', 'the launcher gave no token within 10000 ms; ask again later'];
    expect(await bothRefused(app)).toEqual([expected, expected]);
    expect(asked).toEqual([10_000, 10_000]);
  });
});
