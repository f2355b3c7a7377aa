import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConfidentialSpaceAttester, newInstance } from '@assay/attest';
import {
  createGoogleVendor,
  createLauncher,
  type GoogleVendor,
  type LauncherFault,
  type LauncherOptions,
} from '@assay/simulate';
import { type Handler, type Listener, listen } from '@assay/simulate/node';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { createSeedAttestation, type SeedAttestationOptions } from './attestation.ts';
import { audiencePolicy } from './audience.ts';

const now = new Date('2026-11-01T12:00:00Z');
const own = 'https://service.example';

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now });
});

let folder: string;
let socket: string;
let listener: Listener | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'launcher-'));
  socket = join(folder, 'teeserver.sock');
});
afterEach(async () => {
  await listener?.close();
  listener = undefined;
  await rm(folder, { recursive: true });
});

/** How a service with nothing but this socket refuses. */
async function refusal(more: Partial<SeedAttestationOptions> = {}): Promise<Problem> {
  const answer = createSeedAttestation({
    attester: createConfidentialSpaceAttester({ socket, sleep: async () => undefined }),
    instance: newInstance(),
    version: '1.2.3',
    audience: audiencePolicy(undefined, own),
    clock: () => now,
    ...more,
  });
  const error: unknown = await answer(new Request(`${own}/attestation`)).then(
    () => new Error('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw error;
  return error;
}
async function launch(launcher: LauncherOptions | Handler): Promise<void> {
  const handler = typeof launcher === 'function' ? launcher : createLauncher(vendor, launcher);
  listener = await listen(handler, { socket }, { onError: () => undefined });
}

test('without a launcher: not in a TEE, and what was looked for', async () => {
  const problem = await refusal();
  expect(problem.code).toBe('not_in_tee');
  expect(problem.message).toBe(
    'Attestation unavailable: this must run on Google Confidential Space. ' +
      `Looked for unix:${socket}: no such socket (ENOENT)`,
  );
});

test('a VM on SEV-SNP is not one that Confidential Space runs on', async () => {
  await launch({ profile: 'sev-snp' });
  const problem = await refusal();
  expect(problem.code).toBe('not_in_tee');
  expect(problem.message).toMatch(/AMD SEV-SNP, which Confidential Space does not support: .*SEV or =TDX$/);
});

test("the launcher's older words for SEV-SNP mean the same", async () => {
  await launch({ fault: () => ({ kind: 'answer', status: 500, body: 'invalid request: unexpected_snp_attestation' }) });
  expect((await refusal()).code).toBe('not_in_tee');
});

const service = (code: number, reason: string): LauncherFault => ({
  kind: 'service',
  error: { code, message: 'said so', reason },
});

describe('refusals of the launcher', () => {
  test.each<[LauncherFault, string, RegExp]>([
    [service(429, 'RATE_LIMIT_EXCEEDED'), 'too_many_requests', /5 tokens a second/],
    [service(429, 'RESOURCE_EXHAUSTED'), 'too_many_requests', /5 tokens a second/],
    [{ kind: 'answer', status: 429, body: 'slow down' }, 'too_many_requests', /5 tokens a second/],
    [service(403, 'IAM_PERMISSION_DENIED'), 'unavailable', /roles\/confidentialcomputing\.workloadUser/],
    [service(400, 'INVALID_ARGUMENT'), 'unavailable', /Error 400: said so/],
    [service(503, 'UNAVAILABLE'), 'unavailable', /ask again later/],
    [{ kind: 'no-client' }, 'unavailable', /restart the VM/],
    [{ kind: 'half' }, 'unavailable', /connection broke/],
    [{ kind: 'answer', status: 200, body: '<html>' }, 'unavailable', /answered 6 bytes that are no token/],
    [{ kind: 'answer', status: 200, body: 'x'.repeat(131_073) }, 'unavailable', /longer than 131072 bytes/],
    [{ kind: 'answer', status: 200, body: 'eyJh.eyJh.eyJh' }, 'unavailable', /does not parse \(cs\.token\.form/],
    [{ kind: 'token', flaw: 'nonces-dropped' }, 'unavailable', /other report data than were asked for/],
  ])('%.90j is %s', async (fault, code, message) => {
    await launch({ fault: () => fault });
    const problem = await refusal();
    expect([problem.code, problem.field]).toEqual([code, undefined]);
    expect(problem.message).toMatch(message);
  });

  test('claims of wrong types are named', async () => {
    await launch({ claims: (all) => ({ ...all, sub: 7 }) });
    const problem = await refusal();
    expect([problem.code, problem.message]).toEqual(['unavailable', expect.stringContaining('sub: expected a string')]);
  });
});

test('a launcher that never answers is left when the time is over', async () => {
  const over = new AbortController();
  await launch(
    createLauncher(vendor, {
      fault: () => {
        over.abort(new Error('time is over'));
        return { kind: 'hang' };
      },
    }),
  );
  const problem = await refusal({ timeout: () => over.signal });
  expect([problem.code, problem.headers]).toEqual(['unavailable', { 'retry-after': '1' }]);
});
