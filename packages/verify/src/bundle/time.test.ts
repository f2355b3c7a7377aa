import { beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../crypto/hash.ts';
import type { Check } from '../verdict/check.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { type Bundle, bundleDigest, makeBundle } from './bundle.ts';
import { type Countersignature, countersignedBytes } from './countersignature.ts';
import { MAX_LAG, type TimeTrust, withTime } from './time.ts';

/** A key of tests only. */
const JWK = {
  kty: 'EC',
  crv: 'P-256',
  x: 'o6LhKUUiovQfYKLH4AFo99oqqB8ryk5tZlwk9xxrSX0',
  y: 'WF3L1VjacP0yaUCaFlcikfAV8ZWJUUhOR8GWgbaCmLI',
  d: 'SEqZp1CijqRnqMjNHGFgeuqPAM21sGPTjEhF_DFE_AM',
};
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' };
const NOW = 1_769_860_800;

const verdict: Verdict = {
  ...{ schema: 'assay.verdict/1', outcome: 'affirming', trusted: true, tee: 'tdx', simulated: false, waived: [] },
  layers: { authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'pass', bound: 'pass' },
  ...{ tcb: null, checks: [], claims: null, validity: null },
};
let bundle: Bundle;
let spki: Uint8Array;

async function countersigned(time: number, digest?: Uint8Array): Promise<Countersignature> {
  const key = await crypto.subtle.importKey('jwk', JWK, ALGORITHM, false, ['sign']);
  const data = countersignedBytes(digest ?? (await bundleDigest(bundle)), time) as Uint8Array<ArrayBuffer>;
  const signature = new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, data));
  return { key: await sha256Hex(spki), time, signature };
}

async function judge(
  countersignatures: readonly Countersignature[],
  trust: Omit<TimeTrust, 'at'>,
  at = NOW,
): Promise<Check | undefined> {
  const judged = await withTime(verdict, { ...bundle, countersignatures }, { ...trust, at: new Date(at * 1000) });
  const [check, ...others] = judged.checks;
  expect(others).toEqual([]);
  // A warning never takes trust away, and no proof adds any.
  expect(judged).toEqual({ ...verdict, checks: judged.checks });
  return check;
}

beforeAll(async () => {
  const { x, y, kty, crv } = JWK;
  const key = await crypto.subtle.importKey('jwk', { x, y, kty, crv }, ALGORITHM, true, ['verify']);
  spki = new Uint8Array(await crypto.subtle.exportKey('spki', key));
  const evidence = { evidence: new Uint8Array(1), endorsements: {} };
  bundle = await makeBundle({ evidence, verdict, version: 'x', policy: {}, now: new Date(NOW * 1000) });
});

describe('a past instant', () => {
  test('is proven by a countersignature of a key that the caller names', async () => {
    const check = await judge([await countersigned(NOW + 5)], { keys: [spki] });
    expect(check).toMatchObject({
      id: 'bundle.time',
      outcome: 'pass',
      authority: 'caller',
      actual: '2026-01-31T12:00:05Z',
    });
    expect((await judge([await countersigned(NOW - 99_999)], { keys: [spki] }))?.outcome).toBe('pass');
    const [early, late] = [await countersigned(NOW), await countersigned(NOW + 99_999)];
    expect((await judge([late, early], { keys: [spki] }))?.outcome).toBe('pass');
  });

  test('is doubtful, and the verdict says so, without such a proof', async () => {
    const good = await countersigned(NOW);
    const warned = async (
      countersignature: Countersignature | undefined,
      trust: Omit<TimeTrust, 'at'>,
    ): Promise<void> => {
      const check = await judge(countersignature ? [countersignature] : [], trust);
      expect(check).toMatchObject({ id: 'bundle.time', outcome: 'warn' });
      expect(check?.remedy).toMatch(/countersigned/);
    };
    await warned(undefined, { keys: [spki] });
    await warned(good, {});
    await warned({ ...good, time: good.time - 1 }, { keys: [spki] });
    await warned({ ...good, signature: new Uint8Array(64) }, { keys: [spki] });
    await warned({ ...good, signature: new Uint8Array(1) }, { keys: [spki] });
    await warned({ ...good, key: '00'.repeat(32) }, { keys: [spki] });
    await warned(await countersigned(NOW, new Uint8Array(32)), { keys: [spki] });
    await warned(await countersigned(NOW + MAX_LAG + 1), { keys: [spki] });
  });

  test('needs keys that are keys', async () => {
    await expect(judge([await countersigned(NOW)], { keys: [new Uint8Array(3)] })).rejects.toThrow(
      /^keys: expected DER/,
    );
  });
});

test('the instant is a date', async () => {
  await expect(withTime(verdict, bundle, { at: new Date(Number.NaN) })).rejects.toMatchObject({ code: 'usage' });
});
