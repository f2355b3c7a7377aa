import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../codec/base64.ts';
import { utf8 } from '../codec/text.ts';
import type { EndorsementSource } from '../endorsements/handle.ts';
import { AssayError } from '../errors.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { confidentialSpace } from './index.ts';
import { GOOGLE_ISSUER } from './pins.ts';

const NOW = 1_790_000_000;
const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

type Pair = { readonly publicKey: WebKey; readonly privateKey: WebKey };
type WebKey = Parameters<typeof crypto.subtle.sign>[1];
type Jwk = Readonly<Record<string, unknown>>;

async function createKey(modulusLength = 2048, hash = 'SHA-256'): Promise<{ pair: Pair; jwk: Jwk }> {
  const algorithm = { ...RS256, hash, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) };
  const pair = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as Pair;
  const { n, e } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  return { pair, jwk: { kty: 'RSA', kid: 'key-1', use: 'sig', alg: 'RS256', n, e } };
}

let pair: Pair;
let jwk: Jwk;
let stranger: Jwk;
beforeAll(async () => {
  ({ pair, jwk } = await createKey());
  stranger = { ...(await createKey()).jwk, kid: 'key-0' };
});

const HEADER = { alg: 'RS256', kid: 'key-1', typ: 'JWT' };
const CLAIMS = { iss: GOOGLE_ISSUER, iat: NOW, nbf: NOW, exp: NOW + 3600, aud: 'https://verifier.example' };

async function mint(claims: Jwk = {}, header: Jwk = {}, key = pair): Promise<Uint8Array> {
  const parts = [
    { ...HEADER, ...header },
    { ...CLAIMS, ...claims },
  ].map((part) => toBase64Url(utf8(JSON.stringify(part))));
  const signature = await crypto.subtle.sign(RS256, key.privateKey, utf8(parts.join('.')) as Uint8Array<ArrayBuffer>);
  return utf8(`${parts.join('.')}.${toBase64Url(new Uint8Array(signature))}`);
}

interface Options {
  readonly jwks?: string | undefined;
  readonly source?: EndorsementSource;
  readonly now?: number;
  readonly skew?: number;
}
interface Judged {
  readonly checks: readonly Check[];
  readonly failed: readonly string[];
  readonly simulated: boolean | undefined;
}

const setOf = (...keys: readonly unknown[]): string => JSON.stringify({ keys });

async function judge(evidence: Uint8Array, options: Options = {}): Promise<Judged> {
  const { jwks = setOf(stranger, jwk), source = 'caller', now = NOW, skew = 0 } = options;
  const checklist = new Checklist(confidentialSpace.checks);
  const parsed = confidentialSpace.parse(evidence, checklist);
  const raw = 'jwks' in options && options.jwks === undefined ? {} : { confidentialSpace: { jwks } };
  const handle = await confidentialSpace.endorsements.authenticate(raw, { roots: [], source });
  const found = parsed && (await confidentialSpace.authenticate(parsed, handle, { now, skew }, checklist));
  const { checks } = checklist;
  const failed = checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
  return { checks, failed, simulated: found?.simulated };
}
const checkOf = ({ checks }: Judged, id: string): Check | undefined => checks.find((check) => check.id === id);

describe('an OIDC token', () => {
  test('is authentic under a key of the given set, on the word of its giver', async () => {
    const judged = await judge(await mint());
    expect(judged.failed).toEqual([]);
    expect(judged.simulated).toBe(false);
    expect(checkOf(judged, 'cs.jwks.key')).toMatchObject({ outcome: 'pass', authority: 'caller' });
    expect(checkOf(judged, 'cs.token.signature')).toMatchObject({ outcome: 'pass', authority: 'caller' });
    expect(confidentialSpace.required.authentic.every((id) => checkOf(judged, id)?.outcome === 'pass')).toBe(true);
  });

  test('is refused without a key set, and its signature is not judged', async () => {
    const judged = await judge(await mint(), { jwks: undefined });
    expect(judged.failed).toEqual(['cs.jwks.form']);
    expect(checkOf(judged, 'cs.token.signature')?.outcome).toBe('skip');
  });

  test('is refused when the set came with the evidence: anybody can make such a pair', async () => {
    const judged = await judge(await mint(), { source: 'stapled' });
    expect(judged.failed).toEqual(['cs.jwks.source']);
    expect(checkOf(judged, 'cs.token.signature')?.outcome).toBe('skip');
    expect((await judge(await mint(), { source: 'own' })).failed).toEqual([]);
  });

  test('is refused by the signature when altered or signed by another key', async () => {
    const token = await mint();
    token[token.length - 100] = token[token.length - 100] === 0x41 ? 0x42 : 0x41;
    expect((await judge(token)).failed).toEqual(['cs.token.signature']);
    const other = await createKey();
    expect((await judge(await mint({}, {}, other.pair))).failed).toEqual(['cs.token.signature']);
  });

  test('is simulated when the issuer is another, or when the set marks its key so', async () => {
    for (const iss of ['http://127.0.0.1:8090', 'https://confidential-space.invalid', `${GOOGLE_ISSUER}/`]) {
      const judged = await judge(await mint({ iss }));
      expect(judged.failed, iss).toEqual([]);
      expect(judged.simulated, iss).toBe(true);
      expect(checkOf(judged, 'cs.token.issuer')?.outcome, iss).toBe('warn');
    }
    const kid = 'simulated-1';
    const marked = await judge(await mint({}, { kid }), { jwks: setOf({ ...jwk, kid }) });
    expect(marked.failed).toEqual([]);
    expect(marked.simulated).toBe(true);
    expect((await judge(await mint({ iss: undefined }))).failed).toEqual(['cs.token.issuer']);
  });

  test('is judged by its times, with the skew that the caller allows', async () => {
    const token = await mint();
    expect((await judge(token, { now: NOW + 3599 })).failed).toEqual([]);
    expect((await judge(token, { now: NOW + 3600 })).failed).toEqual(['cs.token.expiry']);
    expect((await judge(token, { now: NOW + 3659, skew: 60 })).failed).toEqual([]);
    expect((await judge(token, { now: NOW + 3660, skew: 60 })).failed).toEqual(['cs.token.expiry']);
    expect((await judge(token, { now: NOW - 60, skew: 60 })).failed).toEqual([]);
    expect((await judge(token, { now: NOW - 61, skew: 60 })).failed).toEqual([
      'cs.token.not-before',
      'cs.token.issued-at',
    ]);
    expect((await judge(await mint({ nbf: NOW - 9, iat: NOW + 9 }))).failed).toEqual(['cs.token.issued-at']);
    expect((await judge(await mint({ exp: undefined, nbf: undefined, iat: undefined }))).failed).toEqual([
      'cs.token.expiry',
      'cs.token.not-before',
      'cs.token.issued-at',
    ]);
  });
});

describe('the algorithm is not the token’s choice', () => {
  test('none, without a signature', async () => {
    const [header = '', payload = ''] = new TextDecoder().decode(await mint({}, { alg: 'none' })).split('.');
    const judged = await judge(utf8(`${header}.${payload}.`));
    expect(judged.failed).toEqual(['cs.token.algorithm']);
    expect(checkOf(judged, 'cs.token.signature')?.outcome).toBe('skip');
  });

  test('HS256 with the public key as its secret', async () => {
    const parts = [{ ...HEADER, alg: 'HS256' }, CLAIMS]
      .map((part) => toBase64Url(utf8(JSON.stringify(part))))
      .join('.');
    const secret = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign']);
    const mac = await crypto.subtle.sign('HMAC', key, utf8(parts) as Uint8Array<ArrayBuffer>);
    const judged = await judge(utf8(`${parts}.${toBase64Url(new Uint8Array(mac))}`));
    expect(judged.failed).toEqual(['cs.token.algorithm']);
    expect(checkOf(judged, 'cs.token.signature')?.outcome).toBe('skip');
  });

  test('RS384, well signed', async () => {
    const other = await createKey(2048, 'SHA-384');
    const judged = await judge(await mint({}, { alg: 'RS384' }, other.pair), { jwks: setOf(other.jwk) });
    expect(judged.failed).toEqual(['cs.token.algorithm']);
    const disguised = await judge(await mint({}, {}, other.pair), { jwks: setOf(other.jwk) });
    expect(disguised.failed).toEqual(['cs.token.signature']);
  });
});

describe('a key set (RFC 7517)', () => {
  const refusedBy = async (jwks: string, id: string, actual: string): Promise<void> => {
    const judged = await judge(await mint(), { jwks });
    expect(judged.failed, jwks.slice(0, 60)).toEqual([id]);
    expect(checkOf(judged, id)?.actual, jwks.slice(0, 60)).toContain(actual);
  };

  test('is well-formed', async () => {
    await refusedBy('', 'cs.jwks.form', 'not JSON');
    await refusedBy('[]', 'cs.jwks.form', 'expected an object');
    await refusedBy('{"keys":{}}', 'cs.jwks.form', 'array');
    await refusedBy('{"keys":[1]}', 'cs.jwks.form', 'keys[0]');
    await refusedBy('{"keys":[],"keys":[]}', 'cs.jwks.form', 'duplicate');
    await refusedBy(`{"keys":${'['.repeat(99)}${']'.repeat(99)}}`, 'cs.jwks.form', 'deeper');
    await refusedBy(setOf(...Array.from({ length: 65 }, () => jwk)), 'cs.jwks.form', 'more than 64');
    await refusedBy(' '.repeat(300_000), 'cs.jwks.form', 'exceed');
  });

  test('has exactly one key of that id, for RS256 signatures', async () => {
    await refusedBy(setOf(), 'cs.jwks.key', 'no key of the set');
    await refusedBy(setOf({ ...jwk, kid: 'key-2' }), 'cs.jwks.key', 'no key of the set');
    await refusedBy(setOf(jwk, jwk), 'cs.jwks.key', '2 keys');
    await refusedBy(setOf({ ...jwk, alg: 'RS512' }, jwk), 'cs.jwks.key', '2 keys');
    await refusedBy(setOf({ ...jwk, use: 'enc' }), 'cs.jwks.key', 'use');
    await refusedBy(setOf({ ...jwk, alg: 'RS384' }), 'cs.jwks.key', 'alg');
    await refusedBy(setOf({ ...jwk, key_ops: ['encrypt'] }), 'cs.jwks.key', 'key_ops');
    await refusedBy(setOf({ ...jwk, kty: 'oct' }), 'cs.jwks.key', 'not an RSA key');
    await refusedBy(setOf({ ...jwk, n: undefined }), 'cs.jwks.key', 'not an RSA key');
    await refusedBy(setOf({ ...jwk, n: `${String(jwk.n)}=` }), 'cs.jwks.key', 'base64');
    await refusedBy(setOf({ ...jwk, e: 'Aw' }), 'cs.jwks.key', '65537');
    await refusedBy(setOf({ ...jwk, n: toBase64Url(new Uint8Array(128).fill(0xff)) }), 'cs.jwks.key', '2048');
    const padded = toBase64Url(Uint8Array.of(0, ...fromBase64Url(String(jwk.n))));
    await refusedBy(setOf({ ...jwk, n: padded }), 'cs.jwks.key', '2048');
  });

  test('may leave use and alg out', async () => {
    const { use: _use, alg: _alg, ...bare } = jwk;
    expect((await judge(await mint(), { jwks: setOf(bare) })).failed).toEqual([]);
  });

  test('never makes the reader throw', async () => {
    const token = await mint();
    const key = fc.record({ kid: fc.constant('key-1'), kty: fc.constant('RSA'), n: fc.jsonValue(), e: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          key.map((one) => setOf(one)),
        ),
        async (jwks) => {
          const { failed } = await judge(token, { jwks });
          expect(failed.length).toBe(1);
        },
      ),
    );
  });
});

test('a handle that is not ours vouches for nothing', async () => {
  const checklist = new Checklist(confidentialSpace.checks);
  const parsed = confidentialSpace.parse(await mint(), checklist);
  if (parsed === undefined) throw new Error('expected a token');
  const raw = { confidentialSpace: { jwks: setOf(jwk) } };
  const handle = await confidentialSpace.endorsements.authenticate(raw, { roots: [], source: 'caller' });
  await confidentialSpace.authenticate(parsed, { ...handle }, { now: NOW, skew: 0 }, checklist);
  expect(checklist.hasFailed('cs.jwks.form')).toBe(true);
});

test('a root that is no certificate is the caller’s mistake', async () => {
  const roots = [utf8('-----BEGIN CERTIFICATE-----')];
  const made = confidentialSpace.endorsements.authenticate({}, { roots, source: 'caller' });
  await expect(made).rejects.toThrow(AssayError);
});
