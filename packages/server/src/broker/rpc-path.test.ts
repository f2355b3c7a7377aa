import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRpcPath } from './rpc-path.ts';

describe('paths of a guest agent', () => {
  test.each([
    ['/GetQuote', 'GetQuote'],
    ['/v0/GetQuote', 'GetQuote'],
    ['/v1/Attest', 'Attest'],
    ['/prpc/Info', 'Info'],
    ['/prpc/Tappd.TdxQuote', 'TdxQuote'],
    ['/GetKey', 'GetKey'],
  ])('%s names %s', (path, method) => {
    expect(parseRpcPath(path)).toEqual({ method, path });
  });

  test.each([
    '',
    '/',
    '/v0',
    '/v0/',
    '/prpc/Tappd.',
    '//GetQuote',
    '/GetQuote/',
    '/getquote',
    '/Get%51uote',
    '/v2/GetQuote',
    '/V0/GetQuote',
    '/v0/v1/GetQuote',
    '/v0/../GetKey',
    '/prpc/Tappd.Tappd.Info',
    '/prpc/Worker.Info',
    '/prpc/tappd.Info',
    '/prpc/v1/Attest',
    '/Tappd.Info',
    '/GetQuote;x',
    '/GetQuote\\',
    '/GetQuote\n',
    '/GetQuot\u0435',
    `/${'A'.repeat(65)}`,
  ])('%j names nothing', (path) => {
    expect(parseRpcPath(path)).toBeUndefined();
  });

  test('what is named is in the path letter by letter, and the path is the same', () => {
    const part = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2e',
      '%2F',
      'v0',
      'v1',
      'prpc',
      'Tappd.',
      'GetQuote',
      'GetKey',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (path) => {
          const found = parseRpcPath(path);
          if (found === undefined) return;
          expect(found.path).toBe(path);
          expect(path.split(/[/.]/).at(-1)).toBe(found.method);
        },
      ),
    );
  });
});
