import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssayError, attempt } from '../errors.ts';
import { fromIso, MAX_TIME, secondsOf, toIso } from './time.ts';

describe('ISO times', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2000-02-29T12:34:56Z', 951_827_696],
    ['2038-01-19T03:14:08Z', 2 ** 31],
    ['9999-12-31T23:59:59Z', MAX_TIME],
  ])('%s is %d', (text, seconds) => {
    expect(fromIso(text)).toBe(seconds);
    expect(toIso(seconds)).toBe(text);
  });

  test('come back, whatever the time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_TIME }), (time) => {
        expect(fromIso(toIso(time))).toBe(time);
      }),
    );
  });

  test.each([
    '',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2025-04-31T00:00:00Z',
    '2025-00-01T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-01-00T00:00:00Z',
    '2025-01-32T00:00:00Z',
    '2025-01-01T24:00:00Z',
    '2025-01-01T00:60:00Z',
    '2016-12-31T23:59:60Z',
    '1969-12-31T23:59:59Z',
    '0070-01-01T00:00:00Z',
    '2025-01-01T00:00:00',
    '2025-01-01T00:00:00z',
    '2025-01-01T00:00:00+00:00',
    '2025-01-01T00:00:00.000Z',
    '2025-01-01 00:00:00Z',
    '2025-01-01T00:00:00Z\n',
    ' 2025-01-01T00:00:00Z',
    '+2025-01-01T00:00:00Z',
    '12025-01-01T00:00:00Z',
    '２０２５-01-01T00:00:00Z',
  ])('refuses %j', (text) => {
    expect(() => fromIso(text, 'issueDate')).toThrow(/^issueDate: /);
  });

  test('no text crashes it', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'0123456789-T:Z'), minLength: 19, maxLength: 21 });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearly), (text) => {
        const time = attempt(() => fromIso(text));
        if ('value' in time) expect(toIso(time.value)).toBe(text);
      }),
    );
  });

  test('a long text is cut in the message', () => {
    expect(() => fromIso('9'.repeat(1_000_000))).toThrow(/^.{0,120}$/);
  });
});

describe("the caller's clock", () => {
  test('is taken down to the second', () => {
    expect(secondsOf(new Date(1999))).toBe(1);
    expect(secondsOf(new Date(MAX_TIME * 1000 + 999))).toBe(MAX_TIME);
  });

  test.each([
    new Date(Number.NaN),
    new Date(-1),
    new Date((MAX_TIME + 1) * 1000),
    undefined,
    null,
    0,
    1_750_000_000,
    '2025-01-01T00:00:00Z',
    {},
  ])('%s is a mistake of the caller', (now) => {
    const call = () => secondsOf(now as Date);
    expect(call).toThrow(AssayError);
    expect(call).toThrow(
      expect.objectContaining({ code: 'usage', details: expect.objectContaining({ field: 'now' }) }),
    );
  });
});
