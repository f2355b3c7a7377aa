import { AssayError } from '@assay/verify';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EarFixture, earFixture, ISSUER, NOW, SIMULATED_ISSUER } from '../../../../tools/ear-in-tests.ts';
import { problemOf, problemResponse } from '../problem/problem.ts';
import type { EarKind } from './key-file.ts';
import { createEarKeysApp, EAR_KEY_PATHS } from './keys-app.ts';
import { earKeysPaths } from './keys-paths.ts';

let ear: EarFixture;
beforeAll(async () => {
  ear = await earFixture();
});
afterAll(() => ear[Symbol.asyncDispose]());

const fetched = (path: string): Response | Promise<Response> => createEarKeysApp(ear).request(path);
/** The set under an issuer's URL, as a relying party finds it. */
const setOf = async (issuer: string): Promise<JSONWebKeySet> =>
  (await fetched(`${issuer}/.well-known/jwks.json`)).json() as Promise<JSONWebKeySet>;

test('each issuer has its set under its own URL: its tokens hold with it, and with no other', async () => {
  const cases: readonly (readonly [EarKind, string, string])[] = [
    ['genuine', ISSUER, SIMULATED_ISSUER],
    ['simulated', SIMULATED_ISSUER, ISSUER],
  ];
  for (const [kind, issuer, other] of cases) {
    const token = (await ear.issue({ verdict: ear[kind] })) ?? '';
    const check = async (from: string) =>
      jwtVerify(token, createLocalJWKSet(await setOf(from)), { issuer, currentDate: NOW });
    expect((await check(issuer)).payload.iss).toBe(issuer);
    await expect(check(other)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  }
});

test('a set may be kept for less time than a key is published before it signs', async () => {
  const response = await fetched(EAR_KEY_PATHS.genuine);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
  expect(response.headers.get('cache-control')).toBe('public, max-age=300');
});

test('a set looks as it is described', async () => {
  for (const [path, { get }] of Object.entries(earKeysPaths)) {
    const described = get.answers[200]?.content['application/jwk-set+json']?.schemas[0];
    const set: unknown = await (await fetched(path)).json();
    expect(described?.safeParse(set)).toMatchObject({ success: true, data: { keys: [{ alg: 'ES256' }] } });
    expect(described?.safeParse({ keys: [{ kty: 'EC', d: 'secret' }] })).toMatchObject({ success: false });
  }
});

test('without the database there is no set, rather than a wrong one', async () => {
  const keys = { published: () => Promise.reject(new AssayError('unavailable', 'the database is away')) };
  const app = createEarKeysApp({ keys }).onError((error) => problemResponse(problemOf(error), 'request-1'));
  expect((await app.request(EAR_KEY_PATHS.genuine)).status).toBe(503);
});

test('sets are read, never written', async () => {
  for (const path of Object.values(EAR_KEY_PATHS)) {
    expect((await createEarKeysApp(ear).request(path, { method: 'POST' })).status).toBe(404);
  }
});
