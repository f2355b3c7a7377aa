import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { authenticate, fromPem } from '@assay/verify';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { expect, test } from 'vitest';
import { startGoogle } from './google.ts';
import { type GroundOptions, onGround } from './ground.ts';
import { startIntel } from './intel.ts';

const DAY = 86_400_000;

/** A ground whose clock can be moved. */
function movable() {
  let time = Date.parse('2026-03-01T12:00:00Z');
  const clock = () => new Date(time);
  const options: GroundOptions = {
    directory: undefined,
    firstPort: 0,
    seed: undefined,
    clock,
    report: () => undefined,
  };
  const pass = (days: number): void => {
    time += days * DAY;
  };
  return { options, clock, pass };
}

/** A token with certificates, from the launcher's socket. */
async function tokenFrom(socketPath: string): Promise<Uint8Array> {
  const body = JSON.stringify({ audience: 'https://verifier.example', token_type: 'PKI' });
  const asked = request({ socketPath, path: '/v1/token', method: 'POST' });
  const answer = await new Promise<string>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (response) => resolve(text(response)));
    asked.end(body);
  });
  return new TextEncoder().encode(answer);
}

test('tokens have current certificates after a hundred days', async () => {
  const { options, clock, pass } = movable();
  await onGround(options, async (ground) => {
    await startGoogle(ground, options.report);
    const roots = fromPem(await readFile(ground.path('roots/google.pem'), 'utf8'), 'CERTIFICATE');
    const judge = async (evidence: Uint8Array) => {
      const trust = { tees: [confidentialSpace], now: clock(), roots, allowSimulated: true };
      const { checks } = await authenticate(evidence, trust);
      return checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
    };
    const old = await tokenFrom(ground.path('teeserver.sock'));
    expect(await judge(old)).toEqual([]);
    pass(100);
    expect(await judge(old)).toEqual(['cs.pki.validity', 'cs.token.expiry']);
    expect(await judge(await tokenFrom(ground.path('teeserver.sock')))).toEqual([]);
  });
});

test("Intel's documents are of the day", async () => {
  const { options, pass } = movable();
  await onGround(options, async (ground) => {
    const { service } = await startIntel(ground);
    const issued = async () => {
      const response = await fetch(`${service}/tdx/certification/v4/qe/identity`);
      const { enclaveIdentity } = (await response.json()) as {
        readonly enclaveIdentity: { readonly issueDate: string };
      };
      return enclaveIdentity.issueDate;
    };
    expect(await issued()).toBe('2026-03-01T00:00:00Z');
    pass(100);
    expect(await issued()).toBe('2026-06-09T00:00:00Z');
  });
});
