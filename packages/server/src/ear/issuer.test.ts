import type { Verdict } from '@assay/verify';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  type EarFixture,
  earFixture,
  ISSUER,
  JUDGED_BY,
  jwkObject,
  NONCE,
  NOW,
  newWorkloadKey,
  STORED,
  STORED_REFERENCE,
  verdictAbout,
} from '../../../../tools/ear-in-tests.ts';
import { createEarIssuer, type EarRequest } from './issuer.ts';

const seconds = Math.floor(NOW.getTime() / 1000);

let ear: EarFixture;
beforeAll(async () => {
  ear = await earFixture();
});
afterAll(() => ear[Symbol.asyncDispose]());

const claimsOf = async (change: Partial<EarRequest> = {}): Promise<JWTPayload> => {
  const token = await ear.issue(change);
  if (token === undefined) throw new Error('no token');
  return decodeJwt(token);
};

describe('a token about genuine, bound evidence', () => {
  test('has the claims of draft-ietf-rats-ear-04, and no others', async () => {
    const token = (await ear.issue()) ?? '';
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'eat+jwt',
      kid: (await ear.keys.signing('genuine')).kid,
    });
    expect(decodeJwt(token)).toEqual({
      eat_profile: 'tag:ietf.org,2026:rats/ear#04',
      iss: ISSUER,
      aud: AUDIENCE,
      iat: seconds,
      exp: seconds + 600,
      eat_nonce: Buffer.from(NONCE, 'hex').toString('base64url'),
      cnf: { jkt: await calculateJwkThumbprint(ear.attested.jwk) },
      ear_verifier_id: { developer: 'https://example.com/operator', build: 'assay 1.2.3' },
      ear_status: 'affirming',
      submods: {
        tdx: {
          ear_status: 'affirming',
          ear_trustworthiness_vector: { configuration: 2, hardware: 2, 'runtime-opaque': 2 },
          ear_appraisal_policy_ids: [STORED_REFERENCE],
        },
      },
    });
  });

  test('names the key by its thumbprint, however the caller wrote it', async () => {
    const { kty = '', crv = '', x = '', y = '' } = ear.attested.jwk;
    const jkt = await calculateJwkThumbprint(ear.attested.jwk);
    for (const key of [ear.attested.spki, { y, x, crv, kty, alg: 'none', kid: 'a' }]) {
      expect((await claimsOf({ key })).cnf).toEqual({ jkt });
    }
  });
});

describe('the end of a token', () => {
  const validUntil = (notAfter: string): Verdict => ({
    ...ear.genuine,
    validity: { notBefore: '2026-11-01T00:00:00Z', notAfter },
  });

  test('is ten minutes away, or the end of what the verdict rests on', async () => {
    const exp = async (notAfter: string) => (await claimsOf({ verdict: validUntil(notAfter) })).exp;
    expect(await exp('2026-11-20T12:10:01Z')).toBe(seconds + 600);
    expect(await exp('2026-11-20T12:09:59Z')).toBe(seconds + 599);
    expect(await exp('2026-11-20T12:00:01Z')).toBe(seconds + 1);
  });

  test('has no token when it has come', async () => {
    expect(await ear.issue({ verdict: validUntil('2026-11-20T12:00:00Z') })).toBeUndefined();
    expect(await ear.issue({ verdict: { ...ear.genuine, validity: null } })).toBeUndefined();
  });
});

describe('there is no token', () => {
  test('about a key that no bound statement names', async () => {
    expect(await ear.issue({ key: jwkObject(newWorkloadKey()) })).toBeUndefined();
    expect(await ear.issue({ key: newWorkloadKey().spki })).toBeUndefined();
    expect(await ear.issue({ key: undefined })).toBeUndefined();
  });

  test.each(['authentic', 'bound'] as const)('unless the layer %s passes', async (layer) => {
    for (const outcome of ['fail', 'unchecked', 'waived'] as const) {
      const verdict: Verdict = { ...ear.genuine, layers: { ...ear.genuine.layers, [layer]: outcome } };
      expect(await ear.issue({ verdict })).toBeUndefined();
    }
    expect(await ear.issue()).toBeDefined();
  });

  test('about evidence of another statement: verify refuses it, and names no key', async () => {
    const verdict = await verdictAbout(ear.attested.spkiSha256, { ...JUDGED_BY, binding: { profile: 'assay/1' } });
    expect(verdict.layers.bound).toBe('fail');
    expect(await ear.issue({ verdict })).toBeUndefined();
  });

  test('under a policy that waives binding', async () => {
    const waived: Verdict = { ...ear.genuine, layers: { ...ear.genuine.layers, bound: 'waived' }, waived: ['binding'] };
    expect(waived.claims?.keys).not.toEqual([]);
    expect(await ear.issue({ verdict: waived })).toBeUndefined();
  });
});

describe('a request is refused', () => {
  test.each([
    ['id', { id: 'web@3', version: 1 }],
    ['id', { id: 'web#00', version: 1 }],
    ['id', { id: 'wéb', version: 1 }],
    ['id', { id: 'a\nb', version: 1 }],
    ['id', { id: '', version: 1 }],
    ['id', { id: '-web', version: 1 }],
    ['id', { id: 'a'.repeat(129), version: 1 }],
    ['version', { id: 'web', version: 0 }],
    ['version', { id: 'web', version: 1.5 }],
    ['version', { id: 'web', version: Number.NaN }],
    ['sha256', { sha256: 'AB'.repeat(32) }],
    ['sha256', { sha256: `${'ab'.repeat(32)}\n` }],
  ])('whose policy has an odd %s: %j', async (member, change) => {
    const request = ear.issue({ policy: { ...STORED, ...change } });
    await expect(request).rejects.toMatchObject({ code: 'usage', details: { field: `policy.${member}` } });
  });

  test.each([
    ['audience', { audience: '' }],
    ['nonce', { nonce: '5a'.repeat(15) }],
    ['nonce', { nonce: '5a'.repeat(65) }],
    ['nonce', { nonce: 'ZZ'.repeat(32) }],
  ])('whose %s is none: %j', async (field, change) => {
    await expect(ear.issue(change)).rejects.toMatchObject({ code: 'usage', details: { field } });
  });
});

describe('an issuer is refused', () => {
  test('that would sign for both kinds of evidence, or has no name', () => {
    expect(() => createEarIssuer({ ...ear.options, simulatedIssuer: ISSUER })).toThrow(
      /simulatedIssuer: expected another name/,
    );
    expect(() => createEarIssuer({ ...ear.options, verifier: { developer: '', build: '1' } })).toThrow(
      /developer: expected a name/,
    );
  });
});
