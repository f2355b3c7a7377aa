import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAnswer } from './answer.ts';
import { agentError } from './rpc.ts';

test('members are read by their own names only', () => {
  const answer = readAnswer('agent', JSON.parse('{"__proto__":"00","key":"00ff"}'));
  expect(toHex(answer.hex('key', { exactly: 2 }))).toBe('00ff');
  expect(answer.text('constructor')).toBe('');
  expect(answer.text('missing')).toBe('');
});

test('no answer does anything but give the members or be refused', () => {
  const names = fc.constantFrom('key', 'chain', '__proto__', 'length');
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.stringMatching(/^[0-9a-f]{0,8}$/));
  const answers = fc.oneof(fc.jsonValue(), fc.dictionary(names, value));
  fc.assert(
    fc.property(answers, (answer) => {
      try {
        const { text, hex, hexes } = readAnswer('agent', answer as Parameters<typeof readAnswer>[1]);
        expect(text('key')).toBeTypeOf('string');
        expect(hex('key', { max: 3 }).length).toBeLessThanOrEqual(3);
        expect(hexes('chain', { max: 2, bytes: 1 }).length).toBeLessThanOrEqual(2);
      } catch (error) {
        expect(error).toBeInstanceOf(AssayError);
        expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/^agent: /) });
      }
    }),
  );
});

test('the words of a refusal are read from its own form only', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  expect(agentError(bytes('{"error":"no"}'))).toBe('no');
  for (const text of ['', 'no', '"no"', '{"error":{}}', '{"error":"a","error":"b"}', '\xff'])
    expect(agentError(bytes(text))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array(), (body) => {
      expect(agentError(body)).toBeUndefined();
    }),
  );
});
