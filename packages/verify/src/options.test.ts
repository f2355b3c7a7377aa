import { expect, test } from 'vitest';
import type { AuthenticateOptions, VerifyOptions } from './options.ts';
import { sgx } from './sgx/index.ts';
import { verify } from './verify.ts';

const options: VerifyOptions = { tees: [sgx], now: new Date('2026-01-01T00:00:00Z'), policy: {} };

/** The field that the caller's mistake is in; `none` when there is a verdict. */
async function mistake(change: { readonly [K in keyof AuthenticateOptions | 'nonce']?: unknown }): Promise<string> {
  return verify(new Uint8Array(), { ...options, ...change } as VerifyOptions).then(
    () => 'none',
    ({ code, details }) => `${code} ${details.field}`,
  );
}

test.each([
  { tees: undefined },
  { tees: [] },
  { tees: [{}] },
  { tees: [null] },
  { now: undefined },
  { now: 1_767_225_600 },
  { now: new Date(Number.NaN) },
  { now: new Date('1969-12-31T23:59:59Z') },
  { now: new Date(253_402_300_800_000) },
  { clockSkewSeconds: -1 },
  { clockSkewSeconds: 0.5 },
  { clockSkewSeconds: 3601 },
  { endorsements: null },
  { endorsements: 'dcap' },
  { roots: ['-----BEGIN CERTIFICATE-----'] },
  { roots: new Uint8Array(4) },
  // A copy of any of these would be a nonce that anybody guesses.
  { nonce: null },
  { nonce: 32 },
  { nonce: 'a'.repeat(32) },
  { nonce: new ArrayBuffer(32) },
  { nonce: new Uint8Array(15) },
  { nonce: new Uint8Array(65) },
])("%j is the caller's mistake", async (change) => {
  expect(await mistake(change)).toBe(`usage ${Object.keys(change)[0]}`);
});

test('what is left out, or fits, is none', async () => {
  for (const change of [{}, { endorsements: {} }, { nonce: new Uint8Array(16) }, { clockSkewSeconds: 3600 }]) {
    expect(await mistake(change)).toBe('none');
  }
});
