import { toBase64Url } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { toIso, type UnixSeconds } from '../codec/time.ts';
import { usage } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';

/** What evidence shows of its age: a member, or in its place why there is none. */
export interface Shown {
  /** Whether it was made for this nonce, and what it carries in its place when not. */
  readonly nonce: ((nonce: Uint8Array) => { readonly holds: boolean; readonly actual: string }) | string;
  readonly issuedAt: UnixSeconds | string;
}

/** Throws `usage` unless the nonce has the length that challenges have. */
export function checkNonce(nonce: Uint8Array | undefined): void {
  if (nonce === undefined || (nonce.length >= 16 && nonce.length <= 64)) return;
  const expected = '16 to 64 bytes';
  throw usage(`nonce: expected ${expected}, found ${nonce.length}`, { field: 'nonce', expected });
}

/**
 * True when a token's nonces hold the relying party's: as lower-case hexadecimal, in base64url without padding, or as the
 * text whose UTF-8 bytes the nonce is. Each is one text per nonce, so none is easier to guess than the nonce.
 */
export function isAmong(nonces: readonly string[], nonce: Uint8Array): boolean {
  const [hex, base64] = [toHex(nonce), toBase64Url(nonce)];
  return nonces.some((text) => text === hex || text === base64 || toHex(utf8(text)) === hex);
}

/** Judges age by the policy: the relying party's nonce, the attester's clock, or nothing where `any` waives it. */
export function judgeFreshness(
  policy: Policy,
  nonce: Uint8Array | undefined,
  clock: Clock,
  shown: Shown,
  checks: Checklist,
): void {
  const { freshness } = policy;
  if (freshness === 'any') return;
  if (nonce !== undefined) judgeNonce(nonce, shown.nonce, checks);
  else if (freshness === undefined) checks.skip('fresh.nonce', 'no nonce was given');
  if (freshness === undefined) return;
  if (typeof shown.issuedAt === 'string') {
    checks.skip('fresh.age', shown.issuedAt);
    return;
  }
  const age = clock.now - shown.issuedAt;
  const holds = age <= freshness.maxAgeSeconds + clock.skew && age >= -clock.skew;
  const expected = `at most ${freshness.maxAgeSeconds} s before ${toIso(clock.now)}`;
  checks.test('fresh.age', holds, { expected, actual: toIso(shown.issuedAt) });
}

function judgeNonce(nonce: Uint8Array, shown: Shown['nonce'], checks: Checklist): void {
  if (typeof shown === 'string') {
    checks.skip('fresh.nonce', shown);
    return;
  }
  const { holds, actual } = shown(nonce);
  checks.test('fresh.nonce', holds, { expected: toHex(nonce), actual });
}
