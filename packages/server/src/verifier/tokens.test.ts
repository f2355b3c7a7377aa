import { createHash, generateKeyPairSync } from 'node:crypto';
import type { JsonObject } from '@assay/verify/codec';
import { calculateJwkThumbprint, createRemoteJWKSet, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { suiteFolder } from '../../../../tools/stores-in-tests.ts';
import {
  ask,
  bodyFor,
  challenge,
  POLICY,
  put,
  refusal,
  type SimulatedTd,
  simulatedTd,
  startVerifier,
  verify,
} from '../../../../tools/verifier-in-tests.ts';
import { openTokens } from './open-tokens.ts';

const now = new Date('2026-11-20T12:00:00Z');
const clock = (): Date => now;
const path = suiteFolder();
const url = 'https://verifier.example/';
const verifier = { developer: 'Assay', build: '1.0.0' };

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = publicKey.export({ format: 'jwk' }) as JsonObject;
const spkiSha256 = createHash('sha256')
  .update(publicKey.export({ format: 'der', type: 'spki' }))
  .digest('hex');

let td: SimulatedTd;
beforeAll(async () => {
  td = await simulatedTd(now, spkiSha256);
});

let count = 0;
async function start() {
  count += 1;
  const place = { file: path(`${count}.db`) };
  const tokens = await openTokens({ place, folder: path(`keys${count}`), url, clock, verifier });
  const trust = { roots: td.roots, allowSimulated: true, endorsementsFor: async () => td.endorsements };
  const service = await startVerifier(place, { clock, ...trust, tokens: tokens.issuer }, [tokens.app]);
  await put(service.origin, POLICY);
  return {
    ...service,
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]();
      await tokens[Symbol.asyncDispose]();
    },
  };
}
const bodyAbout = async (nonce: string, key?: JsonObject) => ({
  ...(await bodyFor(td, nonce)),
  subject: { peerKey: { spkiSha256 } },
  ...(key && { key }),
});

describe('a token', () => {
  test('comes with a verdict about the key that the caller names, and is checked by jose alone', async () => {
    await using service = await start();
    const nonce = await challenge(service.origin);
    const { json } = await verify(service.origin, await bodyAbout(nonce, jwk));
    const keys = createRemoteJWKSet(new URL('/simulated/.well-known/jwks.json', service.origin));
    const { payload } = await jwtVerify(String(json.token), keys, {
      issuer: 'https://verifier.example/simulated',
      audience: 'shop',
      currentDate: now,
    });
    expect(payload).toMatchObject({
      eat_nonce: Buffer.from(nonce, 'hex').toString('base64url'),
      cnf: { jkt: await calculateJwkThumbprint(jwk) },
    });
    // Simulated evidence is never affirming, whoever trusts it here.
    expect(json.verdict).toMatchObject({ outcome: 'affirming', simulated: true });
    expect(payload.ear_status).not.toBe('affirming');
  });

  test('is kept with its verdict, and is the same when the answer is fetched again', async () => {
    await using service = await start();
    const body = JSON.stringify(await bodyAbout(await challenge(service.origin), jwk));
    const headers = { 'idempotency-key': 'one' };
    const first = await verify(service.origin, body, { headers });
    expect(first.json.token).toEqual(expect.any(String));
    expect((await verify(service.origin, body, { headers })).text).toBe(first.text);
    expect((await ask(service.origin, `GET /v1/verdicts/${String(first.json.id)}`)).text).toBe(first.text);
  });

  test('does not come without a key, or about another key', async () => {
    await using service = await start();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }) as JsonObject;
    const tokens = [];
    for (const key of [undefined, other]) {
      const { json } = await verify(service.origin, await bodyAbout(await challenge(service.origin), key));
      tokens.push([(json.verdict as JsonObject).trusted, json.token]);
    }
    expect(tokens).toEqual([
      [true, null],
      [true, null],
    ]);
  });

  test('about what is no key is refused, and the challenge stays good', async () => {
    await using service = await start();
    const nonce = await challenge(service.origin);
    const wrong = await verify(service.origin, await bodyAbout(nonce, { kty: 'oct', k: 'AAAA' }));
    expect(refusal(wrong)).toEqual([400, 'bad_request', 'key']);
    expect((await verify(service.origin, await bodyAbout(nonce, jwk))).json.token).toEqual(expect.any(String));
  });
});
