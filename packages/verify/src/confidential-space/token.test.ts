import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../codec/base64.ts';
import { utf8 } from '../codec/text.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { confidentialSpace } from './index.ts';
import { parseToken, shown, type Token } from './token.ts';

const HEADER = '{"alg":"RS256","kid":"a-key","typ":"JWT"}';
const SIGNATURE = toBase64Url(new Uint8Array(256));

const compact = (header: string, payload: string): Uint8Array =>
  utf8(`${toBase64Url(utf8(header))}.${toBase64Url(utf8(payload))}.${SIGNATURE}`);

function parse(evidence: Uint8Array): { readonly token: Token | undefined; readonly failed: readonly Check[] } {
  const checklist = new Checklist(confidentialSpace.checks);
  const token = parseToken(evidence, checklist);
  return { token, failed: checklist.checks.filter(({ outcome }) => outcome === 'fail') };
}
const failedOf = (evidence: Uint8Array): readonly string[] => parse(evidence).failed.map(({ id }) => id);

describe('the form of a token (RFC 7515 section 7.1)', () => {
  test('is three parts of canonical base64url', () => {
    expect(failedOf(compact(HEADER, '{}'))).toEqual([]);
    const whole = new TextDecoder().decode(compact(HEADER, '{}'));
    const [header = '', payload = ''] = whole.split('.');
    const broken = {
      'two parts': `${header}.${payload}`,
      'four parts': `${whole}.`,
      padding: `${header}.${payload}=.${SIGNATURE}`,
      'standard base64': `${header}.${payload}.a+/a`,
      'stray bits at the end': `${header}.${payload}.AB`,
      'a length that no bytes have': `${header}.${payload}.A`,
      'white space': `${header}. ${payload}.${SIGNATURE}`,
      'other letters': `${header}.é.${SIGNATURE}`,
      'no header': `.${payload}.${SIGNATURE}`,
    };
    for (const [name, token] of Object.entries(broken)) expect(failedOf(utf8(token)), name).toEqual(['cs.token.form']);
    expect(failedOf(Uint8Array.of(0x65, 0x79, 0x4a, 0xff, 0xfe))).toEqual(['cs.token.form']);
    expect(failedOf(new Uint8Array())).toEqual(['cs.token.form']);
  });

  test('is strict JSON without duplicate keys, however they are written', () => {
    const headers = {
      'duplicate algorithm': '{"alg":"none","alg":"RS256","kid":"a-key"}',
      'duplicate by escape': '{"alg":"RS256","kid":"a-key","\\u006bid":"b-key"}',
      array: '[]',
      'no key id': '{"alg":"RS256"}',
      'empty key id': '{"alg":"RS256","kid":""}',
      'key id of another type': '{"alg":"RS256","kid":1}',
      'critical extension': '{"alg":"RS256","kid":"a-key","crit":["exp"]}',
      'another type of token': '{"alg":"RS256","kid":"a-key","typ":"dpop+jwt"}',
      'byte order mark': `\ufeff${HEADER}`,
    };
    for (const [name, header] of Object.entries(headers)) {
      expect(failedOf(compact(header, '{}')), name).toEqual(['cs.token.form']);
    }
    expect(failedOf(compact(HEADER, '{"dbgstat":"enabled","dbgstat":"disabled-since-boot"}'))).toEqual([
      'cs.token.form',
    ]);
    expect(failedOf(compact(HEADER, '{"submods":{"gce":{"zone":"a","zone":"b"}}}'))).toEqual(['cs.token.form']);
    expect(failedOf(compact(HEADER, 'null'))).toEqual(['cs.token.form']);
  });

  test('is bounded in size and depth', () => {
    const deep = `{"submods":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(parse(compact(HEADER, deep)).failed).toMatchObject([
      { id: 'cs.token.form', actual: expect.stringContaining('deeper') },
    ]);
    const open = `{"submods":${'{"a":'.repeat(100_000)}`;
    expect(failedOf(compact(HEADER, open))).toEqual(['cs.token.form']);
    const large = new Uint8Array(10_000_000).fill(0x41);
    large.set(utf8('eyJ'));
    expect(parse(large).failed).toMatchObject([{ id: 'cs.token.form', actual: expect.stringContaining('exceed') }]);
  });
});

describe('the algorithm', () => {
  test.each(['none', 'None', 'HS256', 'RS384', 'RS512', 'PS256', 'ES256', 'rs256', ''])('is never %j', (alg) => {
    expect(failedOf(compact(JSON.stringify({ alg, kid: 'a-key' }), '{}'))).toEqual(['cs.token.algorithm']);
  });

  test('is there, and a string', () => {
    expect(failedOf(compact('{"kid":"a-key"}', '{}'))).toEqual(['cs.token.algorithm']);
    expect(failedOf(compact('{"kid":"a-key","alg":["RS256"]}', '{}'))).toEqual(['cs.token.algorithm']);
  });
});

describe('the types of claims (reference of token claims)', () => {
  const wrong = [
    { aud: ['https://verifier.example'] },
    { iss: 1 },
    { exp: '1750692151' },
    { exp: 1.5 },
    { exp: -1 },
    { exp: 1e300 },
    { iat: null },
    { nbf: true },
    { eat_nonce: 7 },
    { eat_nonce: ['12345678', 9] },
    { secboot: 'true' },
    { hwmodel: ['GCP_AMD_SEV'] },
    { swname: null },
    { dbgstat: {} },
    { tdx: 'UpToDate' },
    { tdx: [{ gcp_attester_tcb_status: 1 }] },
    { google_service_accounts: 'a@example.com' },
    { submods: [] },
    { submods: { confidential_space: { support_attributes: 'STABLE' } } },
    { submods: { confidential_space: { monitoring_enabled: { memory: 'false' } } } },
    { submods: { container: { env_override: { A: 1 } } } },
    { submods: { container: { env_override: [] } } },
    { submods: { container: { cmd_override: 'sh' } } },
    { submods: { container: { image_digest: null } } },
    { submods: { container: { image_signatures: [{ key_id: 1 }] } } },
    { submods: { gce: { project_number: 691 } } },
    { submods: { nvidia_gpu: { cc_mode: true } } },
  ];
  test.each(wrong.map((claims) => JSON.stringify(claims)))('refuses %s', (payload) => {
    expect(failedOf(compact(HEADER, payload))).toEqual(['cs.token.claims']);
  });

  test('knows own members only, whatever their names', () => {
    const { token } = parse(
      compact(HEADER, '{"__proto__":{"swname":"CONFIDENTIAL_SPACE"},"constructor":{},"toString":1}'),
    );
    expect(token?.said.software).toBeUndefined();
    expect(token?.said.container.raw).toBeUndefined();
  });

  test('reads TDX as an object or an array of objects', () => {
    const said = (payload: string): unknown => parse(compact(HEADER, payload)).token?.said.tdxStatuses;
    expect(said('{"tdx":{"gcp_attester_tcb_status":"UpToDate"}}')).toEqual(['UpToDate']);
    expect(said('{"tdx":[{"gcp_attester_tcb_status":"UpToDate"},{}]}')).toEqual(['UpToDate', undefined]);
    expect(said('{}')).toEqual([]);
  });
});

describe('nonces', () => {
  const nonces = (value: unknown): { token: Token | undefined; failed: readonly string[] } => {
    const evidence = compact(HEADER, JSON.stringify({ eat_nonce: value }));
    return { token: parse(evidence).token, failed: failedOf(evidence) };
  };

  test('are one string or at most six, of 8 to 88 bytes each', () => {
    expect(nonces('12345678').token?.claims.nonces).toEqual(['12345678']);
    expect(nonces(['b'.repeat(88), 'a'.repeat(8)]).token?.claims.nonces).toEqual(['b'.repeat(88), 'a'.repeat(8)]);
    expect(parse(compact(HEADER, '{}')).token?.claims.nonces).toEqual([]);
    for (const refused of [
      '1234567',
      'x'.repeat(89),
      'ä'.repeat(45),
      [],
      Array.from({ length: 7 }, () => '12345678'),
    ]) {
      expect(nonces(refused).failed, JSON.stringify(refused)).toEqual(['cs.token.nonces']);
    }
    expect(nonces('äöüß').failed).toEqual([]);
  });
});

describe('what stands in a check', () => {
  test('is one short printable line', () => {
    expect(shown(undefined)).toBe('absent');
    expect(shown('\u001b[31m\n')).toBe('?[31m?');
    expect(shown('x'.repeat(1000))).toHaveLength(101);
    expect(shown({ a: [1] })).toBe('{"a":[1]}');
  });
});

describe('the parser', () => {
  test('never throws, on any text', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((json) => toBase64Url(utf8(json))),
    );
    fc.assert(fc.property(fc.array(part, { maxLength: 5 }), (parts) => void parse(utf8(parts.join('.')))));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parse(bytes)));
  });

  test('never throws, on any header and claims', () => {
    const names = ['iss', 'exp', 'eat_nonce', 'submods', 'tdx', 'dbgstat', '__proto__'];
    const claims = fc.dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 4 }));
    const head = fc.dictionary(fc.constantFrom('alg', 'kid', 'typ', 'x5c', 'crit'), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(head, claims, (header, payload) => {
        const { token, failed } = parse(compact(JSON.stringify({ kid: 'a-key', ...header }), JSON.stringify(payload)));
        expect(token === undefined).toBe(failed.some(({ id }) => id === 'cs.token.form' || id === 'cs.token.claims'));
      }),
    );
  });
});
