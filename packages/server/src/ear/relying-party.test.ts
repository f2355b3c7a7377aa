import type { Verdict } from '@assay/verify';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeJwt,
  type JWK,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  AUDIENCE,
  type EarFixture,
  earFixture,
  ISSUER,
  NONCE,
  NOW,
  newWorkloadKey,
  SIMULATED_ISSUER,
  STORED_REFERENCE,
} from '../../../../tools/ear-in-tests.ts';
import { EAR_PROFILE, type EarRequest } from './issuer.ts';

const seconds = Math.floor(NOW.getTime() / 1000);

let ear: EarFixture;
beforeAll(async () => {
  ear = await earFixture();
});
afterAll(() => ear[Symbol.asyncDispose]());

const issued = async (change: Partial<EarRequest> = {}): Promise<string> => {
  const token = await ear.issue(change);
  if (token === undefined) throw new Error('no token');
  return token;
};

/** What a relying party does with a token: jose alone, and the public key set. */
const received = async (token: string, change: JWTVerifyOptions = {}): Promise<JWTPayload> => {
  const set = createLocalJWKSet(await ear.keys.published('genuine'));
  const { payload } = await jwtVerify(token, set, {
    algorithms: ['ES256'],
    typ: 'eat+jwt',
    issuer: ISSUER,
    audience: AUDIENCE,
    requiredClaims: ['exp', 'iat', 'cnf', 'eat_nonce'],
    currentDate: NOW,
    ...change,
  });
  return payload;
};

interface Confirmed {
  readonly policy: string;
  readonly nonce: string;
  /** The key that the peer proved to hold. */
  readonly peer: JWK;
}

/** What a relying party compares itself, once the signature holds: its policy, its challenge, and its peer's key. */
async function confirm(claims: JWTPayload, expected: Confirmed): Promise<'confirmed' | string> {
  const said = claims as {
    readonly cnf?: { readonly jkt?: string };
    readonly eat_profile?: string;
    readonly eat_nonce?: string;
    readonly submods?: Readonly<Record<string, { ear_status?: string; ear_appraisal_policy_ids?: readonly string[] }>>;
  };
  if (said.eat_profile !== EAR_PROFILE) return 'profile';
  if (said.eat_nonce !== Buffer.from(expected.nonce, 'hex').toString('base64url')) return 'nonce';
  if (said.cnf?.jkt !== (await calculateJwkThumbprint(expected.peer))) return 'key';
  const appraisals = Object.values(said.submods ?? {});
  if (appraisals.length === 0) return 'submods';
  for (const { ear_status, ear_appraisal_policy_ids } of appraisals) {
    if (ear_status !== 'affirming') return `status ${ear_status}`;
    if (ear_appraisal_policy_ids?.length !== 1 || ear_appraisal_policy_ids[0] !== expected.policy) return 'policy';
  }
  return 'confirmed';
}
const expected = (change: Partial<Confirmed> = {}): Confirmed => ({
  policy: STORED_REFERENCE,
  nonce: NONCE,
  peer: ear.attested.jwk,
  ...change,
});

test('a relying party confirms a token with jose, its policy, its nonce and its peer’s key', async () => {
  expect(await confirm(await received(await issued()), expected())).toBe('confirmed');
});

describe('a relying party refuses', () => {
  test('a token for another audience', async () => {
    const token = await issued({ audience: 'bank' });
    await expect(received(token)).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud' });
  });

  test('a token of another issuer', async () => {
    const token = await issued();
    const refusal = { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'iss' };
    await expect(received(token, { issuer: 'https://other.example' })).rejects.toMatchObject(refusal);
  });

  test('a token after its end', async () => {
    const token = await issued();
    const at = (time: number): JWTVerifyOptions => ({ currentDate: new Date(time * 1000) });
    expect((await received(token, at(seconds + 599))).exp).toBe(seconds + 600);
    await expect(received(token, at(seconds + 600))).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  });

  test('a token whose claims were changed', async () => {
    const [header = '', payload = '', signature = ''] = (await issued()).split('.');
    const claims = { ...decodeJwt(`${header}.${payload}.${signature}`), cnf: { jkt: 'another' } };
    const forged = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const refusal = { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' };
    await expect(received(`${header}.${forged}.${signature}`)).rejects.toMatchObject(refusal);
  });

  test('a token about another key, policy digest, version or nonce than its own', async () => {
    const claims = await received(await issued());
    expect(await confirm(claims, expected({ peer: newWorkloadKey().jwk }))).toBe('key');
    expect(await confirm(claims, expected({ policy: `web-tier@3#${'ac'.repeat(32)}` }))).toBe('policy');
    expect(await confirm(claims, expected({ policy: `web-tier@4#${'ab'.repeat(32)}` }))).toBe('policy');
    expect(await confirm(claims, expected({ nonce: '5b'.repeat(32) }))).toBe('nonce');
  });

  test('a token whose status does not affirm', async () => {
    const verdict: Verdict = { ...ear.genuine, outcome: 'contraindicated', trusted: false };
    expect(await confirm(await received(await issued({ verdict })), expected())).toBe('status contraindicated');
  });
});

describe('simulated evidence', () => {
  test('is signed by another key under another issuer, and never affirmed', async () => {
    const token = await issued({ verdict: ear.simulated });
    expect(ear.simulated.outcome).toBe('affirming');
    await expect(received(token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    const set = createLocalJWKSet(await ear.keys.published('simulated'));
    const { payload } = await jwtVerify(token, set, { issuer: SIMULATED_ISSUER, audience: AUDIENCE, currentDate: NOW });
    expect(payload.ear_status).toBe('contraindicated');
    expect(payload.submods).toMatchObject({
      tdx: {
        ear_status: 'contraindicated',
        ear_trustworthiness_vector: { hardware: 97, 'runtime-opaque': 96 },
      },
    });
    expect(await confirm(payload, expected())).toBe('status contraindicated');
  });

  test('shares no key with genuine evidence', async () => {
    const kids = async (kind: 'genuine' | 'simulated') => (await ear.keys.published(kind)).keys.map(({ kid }) => kid);
    const [real, fake] = [await kids('genuine'), await kids('simulated')];
    expect(real).toHaveLength(1);
    expect(fake).toHaveLength(1);
    expect(real).not.toEqual(fake);
  });
});
