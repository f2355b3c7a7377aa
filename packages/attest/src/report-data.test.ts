import { describe, expect, test } from 'vitest';
import { formOfQuote } from '../../../tools/guest-agent-in-tests.ts';
import { carrying, checkedRequest } from './report-data.ts';

const reportData = Uint8Array.from({ length: 64 }, (_, index) => index);
const evidence = formOfQuote(reportData);

describe('evidence', () => {
  test('that carries what was asked for is handed on, with its kind', async () => {
    expect(await carrying({ evidence }, { reportData })).toEqual({ tee: 'tdx', evidence });
    expect(await carrying({ tee: 'tdx', evidence }, { reportData })).toEqual({ tee: 'tdx', evidence });
  });

  test('of another kind than its source makes is refused, though it carries what was asked for', async () => {
    const swapped = carrying({ tee: 'sgx', evidence }, { reportData });
    await expect(swapped).rejects.toMatchObject({ code: 'unavailable' });
    await expect(swapped).rejects.toThrow('evidence of the kind tdx where sgx was expected');
  });

  test.each([
    ['other report data', formOfQuote(new Uint8Array(64)), 'evidence with other report data than were asked for'],
    ['no kind', new Uint8Array(100), '100 bytes that are no quote, report or token'],
    ['half of a quote', evidence.subarray(0, 700), 'evidence that does not parse'],
  ])('of %s is refused', async (_, found, message) => {
    await expect(carrying({ evidence: found }, { reportData })).rejects.toThrow(message);
  });
});

test('a request keeps its report data and nonces, whatever becomes of the caller’s own', () => {
  const buffer = new Uint8Array(64).fill(7);
  const nonces = ['0123456789'];
  const checked = checkedRequest({ reportData: buffer, nonces });
  buffer.fill(0);
  nonces.push('x');
  expect(checked.nonces).toEqual(['0123456789']);
  expect(checked.reportData).toEqual(new Uint8Array(64).fill(7));
  expect(() => checkedRequest({ reportData: new Uint8Array(63) })).toThrow('expected 64 bytes, found 63 bytes');
});
