import { expect, test } from 'vitest';
import { parseHex, parseInteger, parseTime } from './values.ts';

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.25Z', '2026-01-31T12:00:00.250Z'],
  ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
])('%s is an instant', (text, instant) => {
  expect(parseTime(text, '--at').toISOString()).toBe(instant);
});

// Without an offset it would be another instant on each machine.
test.each([
  '2026-01-31T12:00:00',
  '2026-02-31',
  '2026-02-29T00:00:00Z',
  '2026-13-01',
  '31.1.2026',
  'now',
  '',
  'NaN',
  '1767225600',
])('%s is none', (text) => {
  expect(() => parseTime(text, '--at')).toThrow(expect.objectContaining({ code: 'usage', details: { field: '--at' } }));
});

test('hexadecimal in either case, with or without 0x', () => {
  expect(parseHex('0xAbCd', '--nonce')).toEqual(Uint8Array.of(0xab, 0xcd));
  expect(parseHex('abcd', '--nonce')).toEqual(Uint8Array.of(0xab, 0xcd));
  for (const text of ['abc', 'xy', '0x0x00', 'ab cd']) {
    expect(() => parseHex(text, '--nonce')).toThrow(expect.objectContaining({ code: 'usage' }));
  }
});

test('integers up to a limit', () => {
  expect(parseInteger('17', '-n', 20)).toBe(17);
  for (const text of ['21', '-1', '1.5', '1e3', '', '0x10', '9'.repeat(400)]) {
    expect(() => parseInteger(text, '-n', 20)).toThrow(expect.objectContaining({ code: 'usage' }));
  }
});
