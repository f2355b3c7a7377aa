import type { AssayError } from '@assay/verify';
import type { JsonObject } from '@assay/verify/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAttestable, parseAnswer, serialiseAnswer } from './document.ts';

const answer = {
  status: 200,
  contentType: 'text/plain',
  body: Uint8Array.of(0, 255),
  attestation: { evidence: Uint8Array.of(1) },
};
const object = JSON.parse(serialiseAnswer(answer)) as JsonObject;
const refusal = (text: string): string => {
  try {
    parseAnswer(text);
  } catch (error) {
    expect((error as AssayError).code).toBe('malformed');
    return (error as AssayError).message;
  }
  return 'accepted';
};

test('an answer is written as documented', () => {
  expect(object).toEqual({
    schema: 'assay.response/1',
    status: 200,
    contentType: 'text/plain',
    body: 'AP8=',
    attestation: { schema: 'assay.evidence/1', tee: null, evidence: 'AQ==' },
  });
});

test('any answer reads back as it was written', () => {
  const status = fc.integer({ min: 200, max: 499 }).filter(isAttestable);
  const body = fc.uint8Array({ maxLength: 300 });
  const answers = fc.record({ status, contentType: fc.string(), body, attestation: fc.record({ evidence: body }) });
  fc.assert(
    fc.property(answers, (given) => {
      expect(parseAnswer(serialiseAnswer(given))).toEqual(given);
    }),
  );
});

test.each([
  [{ schema: 'assay.response/2' }, /^answer\.schema/],
  [{ schema: undefined }, /^answer\.schema/],
  [{ status: '200' }, /^answer\.status/],
  [{ status: 200.5 }, /^answer\.status/],
  [{ status: 206 }, /^answer\.status/],
  [{ status: 302 }, /^answer\.status/],
  [{ status: 500 }, /^answer\.status/],
  [{ status: undefined }, /^answer\.status/],
  [{ contentType: null }, /^answer\.contentType/],
  [{ body: 'AP8' }, /^answer\.body/],
  [{ body: 'AP9=' }, /^answer\.body.*stray bits/],
  [{ body: null }, /^answer\.body/],
  [{ attestation: undefined }, /^answer\.attestation/],
  [{ attestation: 'AQ==' }, /^answer\.attestation/],
  [{ attestation: [] }, /^answer\.attestation/],
  [{ attestation: { schema: 'assay.evidence/1', tee: null } }, /^envelope: evidence/],
  [{ trusted: true }, /no member "trusted"/],
])('refuses %j', (change, message) => {
  expect(refusal(JSON.stringify({ ...object, ...change }))).toMatch(message);
});

test('refuses a content type that is longer than any', () => {
  expect(refusal(JSON.stringify({ ...object, contentType: 'a'.repeat(1024) }))).toBe('accepted');
  expect(refusal(JSON.stringify({ ...object, contentType: 'a'.repeat(1025) }))).toMatch(/^answer\.contentType/);
});

test('refuses what is no object, too deep, or has a member twice', () => {
  expect(refusal('')).toMatch(/not JSON/);
  expect(refusal('null')).toMatch(/expected an object/);
  expect(refusal('['.repeat(100_000))).toMatch(/nested deeper/);
  expect(refusal(JSON.stringify(object).replace('{', '{"body":"",'))).toMatch(/duplicate keys/);
});

test('nothing crashes the parser', () => {
  const changed = fc.dictionary(fc.constantFrom(...Object.keys(object), 'more'), fc.jsonValue(), { maxKeys: 3 });
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    changed.map((change) => JSON.stringify({ ...object, ...change })),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const reason = refusal(text);
      if (reason === 'accepted') expect(serialiseAnswer(parseAnswer(text))).toBeTypeOf('string');
      else expect(reason).toMatch(/^(answer|envelope|endorsements)/);
    }),
  );
});
