import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AssayError } from '../errors.ts';
import { type Envelope, parseEnvelope, serialiseEnvelope } from './envelope.ts';

const hash = new Uint8Array(32).fill(1);
const envelope: Envelope = {
  tee: 'tdx',
  evidence: Uint8Array.of(1, 2, 3),
  statement: Uint8Array.of(4),
  proof: { index: 1, size: 2, salt: new Uint8Array(16), path: [hash] },
  eventLog: Uint8Array.of(5),
  appCompose: new Uint8Array(),
  endorsements: { dcap: { tcbInfo: '{}' }, snp: { vek: Uint8Array.of(6) } },
};
const object = JSON.parse(serialiseEnvelope(envelope)) as Record<string, unknown>;
const refusal = (text: string): string => {
  try {
    parseEnvelope(text);
  } catch (error) {
    expect((error as AssayError).code).toBe('malformed');
    return (error as AssayError).message;
  }
  return 'accepted';
};

test('an envelope reads back as it was written', () => {
  expect(parseEnvelope(serialiseEnvelope(envelope))).toEqual(envelope);
  expect(Object.keys(object)).toEqual([
    ...['schema', 'tee', 'evidence', 'statement', 'proof', 'eventLog', 'appCompose', 'endorsements'],
  ]);
  const bare = { evidence: new Uint8Array() };
  expect(serialiseEnvelope(bare)).toBe('{"schema":"assay.evidence/1","tee":null,"evidence":""}');
  expect(parseEnvelope(serialiseEnvelope(bare))).toEqual(bare);
});

test.each([
  [{ schema: 'assay.evidence/2' }, /^envelope\.schema/],
  [{ tee: 'nitro' }, /^envelope\.tee/],
  [{ tee: undefined }, /tee is missing/],
  [{ evidence: undefined }, /evidence is missing/],
  [{ evidence: 'AAA' }, /^envelope\.evidence/],
  [{ evidence: 'AB==' }, /stray bits/],
  [{ evidence: [1, 2] }, /^envelope\.evidence: expected text/],
  [{ statement: null }, /^envelope\.statement/],
  [{ statement: 'A'.repeat(100_000) }, /^envelope\.statement: 100000 characters exceed/],
  [{ proof: { index: 0, size: 2, salt: '' } }, /path is missing/],
  [{ proof: { index: 0.5, size: 2, salt: '', path: [] } }, /^envelope\.proof\.index/],
  [{ proof: { index: 0, size: 2, salt: '', path: new Array(65).fill('') } }, /^envelope\.proof\.path: 65 items/],
  [{ proof: { index: 0, size: 2, salt: '', path: ['A'.repeat(400)] } }, /^envelope\.proof\.path/],
  [{ endorsements: { schema: 'other' } }, /^endorsements\.schema/],
  [{ policy: {} }, /unknown member "policy"/],
])('refuses %j', (change, message) => {
  expect(refusal(JSON.stringify({ ...object, ...change }))).toMatch(message);
});

test('refuses what is no object, is too deep, or has a member twice', () => {
  expect(refusal('[]')).toMatch(/expected an object/);
  expect(refusal('')).toMatch(/not JSON/);
  expect(refusal('['.repeat(100_000))).toMatch(/nested deeper/);
  expect(refusal('{"schema":"assay.evidence/1","tee":null,"tee":null,"evidence":""}')).toMatch(/duplicate keys/);
});

test('never crashes the parser', () => {
  const changed = fc.dictionary(fc.constantFrom(...Object.keys(object), 'more'), fc.jsonValue(), { maxKeys: 3 });
  const texts = fc.oneof(
    fc.string(),
    changed.map((change) => JSON.stringify({ ...object, ...change })),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(serialiseEnvelope(parseEnvelope(text))).toBeTypeOf('string');
      } catch (error) {
        expect((error as AssayError).code).toBe('malformed');
      }
    }),
  );
});
