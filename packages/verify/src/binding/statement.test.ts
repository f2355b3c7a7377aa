import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../codec/text.ts';
import { AssayError } from '../errors.ts';
import { buildStatement, MAX_STATEMENT, parseStatement, type StatementContent } from './statement.ts';

const instance = '0123456789abcdef0123456789abcdef';
const content: StatementContent = {
  type: 'attestation',
  instance,
  nonce: 'ab'.repeat(32),
  aud: 'https://relying.example',
  issuedAt: 1_760_000_000,
  keys: [{ use: 'tls', spkiSha256: 'cd'.repeat(32) }],
  claims: { version: '1.0.0', restarts: 3 },
};
const response: StatementContent = {
  ...content,
  type: 'response',
  keys: [],
  claims: { method: 'GET', target: '/', status: 200, requestSha256: '00'.repeat(32), bodySha256: '11'.repeat(32) },
};

/** The message with which a changed statement is refused by parser and builder alike. */
function refusal(change: object, base: StatementContent = content): string {
  const changed = { ...base, ...change } as StatementContent;
  try {
    buildStatement(changed);
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    return (error as AssayError).message;
  }
  return 'accepted';
}

describe('statements of assay/1', () => {
  test('are canonical JSON of exactly these members', () => {
    expect(new TextDecoder().decode(buildStatement(content))).toBe(
      `{"aud":"https://relying.example","claims":{"restarts":3,"version":"1.0.0"},"instance":"${instance}",` +
        `"issuedAt":1760000000,"keys":[{"spkiSha256":"${'cd'.repeat(32)}","use":"tls"}],` +
        `"nonce":"${'ab'.repeat(32)}","profile":"assay/1","type":"attestation"}`,
    );
  });

  test('read back as they were built', () => {
    expect(parseStatement(buildStatement(content))).toEqual({ profile: 'assay/1', ...content });
    expect(parseStatement(buildStatement(response))).toEqual({ profile: 'assay/1', ...response });
    expect(parseStatement(buildStatement({ ...content, nonce: null, aud: null })).nonce).toBeNull();
  });

  test.each([
    [{ type: 'other' }, /^type/],
    [{ instance: 'ab' }, /^instance/],
    [{ instance: instance.toUpperCase() }, /^instance/],
    [{ nonce: 'ab'.repeat(15) }, /^nonce/],
    [{ nonce: 'ab'.repeat(65) }, /^nonce/],
    [{ nonce: undefined }, /^nonce/],
    [{ aud: '' }, /^aud/],
    [{ aud: 'a'.repeat(513) }, /^aud/],
    [{ issuedAt: 1.5 }, /^issuedAt/],
    [{ issuedAt: -1 }, /^issuedAt/],
    [{ issuedAt: Number.NaN }, /^issuedAt/],
    [{ keys: [{ use: 'TLS', spkiSha256: 'cd'.repeat(32) }] }, /^keys\[0\]\.use/],
    [{ keys: [{ use: 'tls', spkiSha256: 'cd' }] }, /^keys\[0\]\.spkiSha256/],
    [{ keys: Array.from({ length: 17 }, () => ({ use: 'tls', spkiSha256: 'cd'.repeat(32) })) }, /^keys/],
    [{ claims: { deep: {} } }, /^claims\.deep/],
    [{ claims: { yes: true } }, /^claims\.yes/],
    [{ claims: { half: 0.5 } }, /^claims\.half/],
    [{ claims: { 'a b': 1 } }, /^claims/],
    [{ claims: JSON.parse('{"__proto__":"x"}') }, /^claims/],
    [{ type: 'session' }, /^claims\.session/],
    [{ type: 'response' }, /^keys/],
    [{ type: 'response', keys: [] }, /^claims\.method/],
    [{ claims: { long: 'x'.repeat(MAX_STATEMENT) } }, /exceed/],
  ])('refuse %j', (change, message) => {
    expect(refusal(change)).toMatch(message);
  });

  test('refuse a lone surrogate', () => {
    expect(refusal({ claims: { text: '\ud800' } })).toMatch(/surrogate/);
  });
});

describe('received bytes', () => {
  const text = new TextDecoder().decode(buildStatement(content));
  const refused = (changed: string): string => {
    expect(changed).not.toBe(text);
    try {
      parseStatement(utf8(changed));
    } catch (error) {
      return (error as AssayError).message;
    }
    return 'accepted';
  };

  test.each([
    ['a space', text.replace(',', ', ')],
    ['a line at the end', `${text}\n`],
    ['a byte order mark', `\ufeff${text}`],
    ['another order', `{"claims":{},${text.slice(1).replace('"claims":{"restarts":3,"version":"1.0.0"},', '')}`],
    ['an escape', text.replace('tls', '\\u0074ls')],
    ['another number', text.replace('1760000000', '1.76e9')],
    ['a fraction of nought', text.replace('1760000000', '1760000000.0')],
    ['a member twice', text.replace('"restarts":3', '"restarts":3,"restarts":3')],
  ])('with %s are not canonical', (_name, changed) => {
    expect(refused(changed)).toMatch(/not canonical|duplicate keys|not JSON/);
  });

  test('with another member, or one less, have another form', () => {
    expect(
      refused(text.replace('"type"', '"extra":1,"type"').replace('"profile":"assay/1","extra":1', '"extra":1')),
    ).toMatch(/not canonical/);
    expect(refused(text.replace('"type":"attestation"', '"type":"attestation","x":1'))).toMatch(/unknown member "x"/);
    expect(refused(text.replace('"aud":"https://relying.example",', ''))).toMatch(/aud is missing/);
    expect(refused(text.replace('assay/1', 'assay/2'))).toMatch(/^profile/);
  });

  test('never crash the parser', () => {
    const mutated = fc
      .tuple(fc.nat({ max: text.length - 1 }), fc.string({ unit: 'binary', maxLength: 3 }))
      .map(([at, inserted]) => utf8(text.slice(0, at) + inserted + text.slice(at + 1)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(utf8), mutated), (bytes) => {
        try {
          // Whatever is accepted is exactly what a builder would have made.
          expect(buildStatement(parseStatement(bytes))).toEqual(Uint8Array.from(bytes));
        } catch (error) {
          expect((error as AssayError).code).toBe('malformed');
        }
      }),
    );
  });
});
