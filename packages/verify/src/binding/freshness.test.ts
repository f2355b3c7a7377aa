import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import type { Policy } from '../policy/policy.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { Claims } from '../verdict/verdict.ts';
import { bind } from './bind.ts';
import { bindingChecks } from './checks.ts';
import { isAmong } from './freshness.ts';
import { requiredBinding } from './required.ts';
import type { Subject } from './subject.ts';

const nonce = Uint8Array.from({ length: 32 }, (_, index) => index);

describe('nonces among those of a token', () => {
  test('are hexadecimal, base64url or text', () => {
    expect(isAmong(['x', toHex(nonce)], nonce)).toBe(true);
    expect(isAmong([toBase64Url(nonce)], nonce)).toBe(true);
    expect(isAmong(['sixteen letters!'], utf8('sixteen letters!'))).toBe(true);
    expect(isAmong([], nonce)).toBe(false);
    expect(isAmong([toHex(nonce).toUpperCase()], utf8(toHex(nonce)))).toBe(false);
  });

  test('are never those of another nonce', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 64 });
    fc.assert(
      fc.property(bytes, bytes, (mine, other) => {
        const texts = [toHex(other), toBase64Url(other)];
        const spelt = texts.includes(toHex(mine)) || texts.some((text) => toHex(utf8(text)) === toHex(mine));
        expect(isAmong(texts, mine)).toBe(toHex(mine) === toHex(other) || spelt);
        expect(fromBase64Url(toBase64Url(mine))).toEqual(Uint8Array.from(mine));
      }),
    );
  });
});

test('a policy of age passes over no nonce that was asked with', () => {
  const freshness = { maxAgeSeconds: 60 };
  expect(requiredBinding({ freshness }).fresh).toEqual(['fresh.age']);
  expect(requiredBinding({ freshness }, nonce).fresh).toEqual(['fresh.nonce', 'fresh.age']);
  expect(requiredBinding({}).fresh).toEqual(['fresh.nonce']);
  expect(requiredBinding({ freshness: 'any' }, nonce).fresh).toEqual([]);
});

describe('profiles of other systems', () => {
  const checked = async (policy: Policy, subject: Subject, reportData: Uint8Array): Promise<readonly string[]> => {
    const checks = new Checklist(bindingChecks);
    const nothing = {
      measurements: {},
      platform: {},
      debug: null,
      workload: null,
      nonces: [],
      keys: [],
      evidence: null,
    };
    const claims: Claims = { ...nothing, reportData: toHex(reportData) };
    await bind({ policy, claims, nonce, subject, clock: { now: 0, skew: 0 } }, checks);
    return checks.checks.map(({ id, outcome }) => `${id} ${outcome}`);
  };
  const startingWith = (...bytes: number[]): Uint8Array =>
    Uint8Array.of(...nonce, ...bytes, ...new Uint8Array(32 - bytes.length));

  test('are fresh when the caller had its own nonce quoted, at the start', async () => {
    const policy: Policy = { binding: { profile: 'raw' } };
    const reportData = startingWith(1, 2, 3);
    expect(await checked(policy, { reportData }, reportData)).toEqual(['binding.subject pass', 'fresh.nonce pass']);
    const moved = Uint8Array.of(9, ...reportData.subarray(0, 63));
    expect(await checked(policy, { reportData: moved }, moved)).toEqual(['binding.subject pass', 'fresh.nonce skip']);
    expect(await checked(policy, { reportData }, moved)).toEqual(['binding.subject fail', 'fresh.nonce skip']);
    expect(await checked(policy, {}, reportData)).toEqual(['binding.subject skip', 'fresh.nonce skip']);
  });

  test('prove no freshness where their payload is not of the caller', async () => {
    const payload = nonce;
    const reportData = startingWith();
    const policy: Policy = { binding: { profile: 'oauth3-info' } };
    expect(await checked(policy, { payload }, reportData)).toEqual(['binding.subject pass', 'fresh.nonce skip']);
  });

  test('carry no time', async () => {
    const reportData = startingWith(1);
    const policy: Policy = { binding: { profile: 'raw' }, freshness: { maxAgeSeconds: 60 } };
    expect(await checked(policy, { reportData }, reportData)).toEqual([
      'binding.subject pass',
      'fresh.nonce pass',
      'fresh.age skip',
    ]);
  });

  test('carry no audience', async () => {
    const reportData = startingWith(1);
    const policy: Policy = { binding: { profile: 'raw', audience: 'https://a.example' } };
    expect(await checked(policy, { reportData }, reportData)).toEqual([
      'binding.subject pass',
      'binding.audience fail',
      'fresh.nonce pass',
    ]);
  });
});
