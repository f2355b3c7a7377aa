import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../codec/json.ts';
import type { Policy } from '../policy/policy.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { appraiseAge, appraiseAudience } from './audience.ts';
import { confidentialSpace } from './index.ts';
import { readTokenClaims } from './token-claims.ts';

const NOW = 1_790_000_000;
const AUDIENCE = 'https://verifier.example';
const TOKEN_EXCHANGE = 'https://sts.googleapis.com';

function judge(claims: JsonObject, policy: Policy, skew = 0): readonly Check[] {
  const checklist = new Checklist(confidentialSpace.checks);
  const said = readTokenClaims(claims);
  appraiseAudience(said, policy, checklist);
  appraiseAge(said, policy, { now: NOW, skew }, checklist);
  return checklist.checks;
}

describe('the audience', () => {
  const outcomeOf = (aud: string | undefined, binding: Policy['binding']): string | undefined =>
    judge(aud === undefined ? {} : { aud }, { binding })[0]?.outcome;

  test('is the one that the policy names, exactly', () => {
    expect(outcomeOf(AUDIENCE, { profile: 'assay/1', audience: AUDIENCE })).toBe('pass');
    for (const other of [`${AUDIENCE}/`, AUDIENCE.toUpperCase(), '', undefined]) {
      expect(outcomeOf(other, { profile: 'assay/1', audience: AUDIENCE }), other).toBe('fail');
    }
  });

  test('must be named, unless the policy waives binding or leaves it unchecked', () => {
    expect(outcomeOf(AUDIENCE, { profile: 'assay/1' })).toBe('fail');
    expect(outcomeOf(undefined, { profile: 'assay/1' })).toBe('fail');
    expect(outcomeOf(AUDIENCE, 'any')).toBe('skip');
    expect(outcomeOf(AUDIENCE, undefined)).toBe('skip');
  });

  test('of the token exchange is never proof, whatever the policy says', () => {
    for (const binding of [undefined, 'any', { profile: 'raw', audience: TOKEN_EXCHANGE }] as const) {
      const [check] = judge({ aud: TOKEN_EXCHANGE }, { binding });
      expect(check).toMatchObject({
        id: 'cs.audience',
        outcome: 'fail',
        remedy: expect.stringContaining('credential'),
      });
    }
  });
});

describe('the age', () => {
  const ageOf = (iat: number | undefined, freshness: Policy['freshness'], skew?: number): Check | undefined =>
    judge(iat === undefined ? {} : { iat }, { freshness }, skew).find(({ id }) => id === 'cs.token.age');

  test('is judged where the policy asks, by Google’s clock', () => {
    expect(ageOf(NOW - 60, { maxAgeSeconds: 60 })).toMatchObject({ outcome: 'pass', authority: 'google' });
    expect(ageOf(NOW - 61, { maxAgeSeconds: 60 })?.outcome).toBe('fail');
    expect(ageOf(NOW - 61, { maxAgeSeconds: 60 }, 1)?.outcome).toBe('pass');
    expect(ageOf(undefined, { maxAgeSeconds: 60 })?.outcome).toBe('fail');
    expect(ageOf(NOW, { maxAgeSeconds: Number.MAX_SAFE_INTEGER })?.outcome).toBe('pass');
  });

  test('is not judged otherwise', () => {
    expect(ageOf(0, 'any')).toBeUndefined();
    expect(ageOf(0, undefined)).toBeUndefined();
  });
});
