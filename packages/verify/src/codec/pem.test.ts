import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certificate, crl } from '../../../../tools/x509-in-tests.ts';
import { attempt } from '../errors.ts';
import { toBase64 } from './base64.ts';
import { concatBytes } from './bytes.ts';
import { MAX_CRL } from './crl.ts';
import { toHex } from './hex.ts';
import { fromCertificateChain, fromCrlFile, fromPem } from './pem.ts';
import { utf8 } from './text.ts';

const lines = (text: string, size = 64) => text.match(new RegExp(`.{1,${size}}`, 'g'))?.join('\n') ?? '';
const pem = (data: Uint8Array, label = 'CERTIFICATE') =>
  `-----BEGIN ${label}-----\n${lines(toBase64(data))}\n-----END ${label}-----\n`;

const one = certificate();
const two = certificate({ signature: Uint8Array.of(3, 2, 0, 0) });

describe('PEM (RFC 7468)', () => {
  test('reads blocks in order, with any line length and line end', () => {
    expect(fromPem(pem(one) + pem(two), 'CERTIFICATE')).toEqual([one, two]);
    expect(fromPem(`\r\n\t ${pem(one).replaceAll('\n', '\r\n')}\n\n${pem(two)}  `, 'CERTIFICATE')).toEqual([one, two]);
    expect(fromPem(`-----BEGIN CERTIFICATE-----${toBase64(one)}-----END CERTIFICATE-----`, 'CERTIFICATE')).toEqual([
      one,
    ]);
  });

  test.each([
    ['', 'no CERTIFICATE'],
    ['  \n', 'no CERTIFICATE'],
    ['hello', 'unexpected text at character 0'],
    [`subject=x\n${pem(one)}`, 'unexpected text at character 0'],
    [`${pem(one)}junk`, 'unexpected text'],
    [`${pem(one)}junk\n${pem(two)}`, 'unexpected text'],
    [`\ufeff${pem(one)}`, 'unexpected text at character 0'],
    [`${pem(one)}\0`, 'unexpected text'],
    [pem(one).replace('-----END CERTIFICATE-----', ''), 'unexpected text at character 0'],
    [pem(one).replace('END CERTIFICATE', 'END X509 CRL'), 'unexpected text at character 0'],
    [pem(one, 'X509 CRL'), 'expected CERTIFICATE, found X509 CRL'],
    [pem(one).replace('-----BEGIN', '----BEGIN'), 'unexpected text at character 0'],
    [pem(one).replaceAll('CERTIFICATE', 'certificate'), 'unexpected text at character 0'],
    [pem(one).replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'), 'unexpected text at character 0'],
    [pem(one).replace('\n', '\n!'), 'unexpected text at character 0'],
    [pem(one).replace('\n', '\n\u00a0'), 'unexpected text at character 0'],
    [pem(one).replace('=\n', '\n').replace('MII', 'MI'), 'base64'],
    [pem(one).replace('M', ''), 'base64'],
    [pem(one).replace('\n-----END', 'A\n-----END'), 'base64'],
    ['-----BEGIN CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', 'unexpected text'],
  ])('refuses %.40j: %s', (text, reason) => {
    expect(() => fromPem(text, 'CERTIFICATE')).toThrow(reason);
  });

  test('at most 16 blocks', () => {
    expect(fromPem(pem(one).repeat(16), 'CERTIFICATE')).toHaveLength(16);
    expect(() => fromPem(pem(one).repeat(17), 'CERTIFICATE')).toThrow('more than 16');
  });

  test('10 MB are refused unread', () => {
    expect(() => fromPem(pem(one).repeat(10_000), 'CERTIFICATE')).toThrow(/exceed 262144/);
    expect(() => fromCertificateChain(utf8(`-----BEGIN CERTIFICATE-----\n${'A'.repeat(10_000_000)}`))).toThrow(
      /exceed/,
    );
    expect(() => fromCrlFile(utf8(`-----BEGIN X509 CRL-----\n${'A'.repeat(10_000_000)}`))).toThrow(/exceed/);
  });

  test.each(['-----BEGIN ', '-----BEGIN A-----', '-----BEGIN A-----\n-', '-', ' ', '\n', 'A', '-----END A-----'])(
    'a quarter of a megabyte of %j takes no time worth naming',
    (piece) => {
      const text = piece.repeat(Math.floor(260_000 / piece.length));
      expect(() => fromPem(text, 'A')).toThrow('PEM: ');
      expect(() => fromPem(`-----BEGIN A-----\n${text}`, 'A')).toThrow('PEM: ');
    },
  );

  test('no text crashes it', () => {
    const pieces = fc.constantFrom(
      '-----BEGIN A-----',
      '-----END A-----',
      '-----',
      'BEGIN ',
      'A',
      '\n',
      'QQ==',
      'QUFB',
      '\0',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const blocks = attempt(() => fromPem(parts.join(''), 'A'));
        if ('value' in blocks) expect(blocks.value.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('certificate chains', () => {
  const zeros = (count: number) => new Uint8Array(count);

  test('are PEM or concatenated DER, with NUL padding at the end', () => {
    for (const padding of [0, 1, 70]) {
      expect(fromCertificateChain(concatBytes(utf8(pem(one) + pem(two)), zeros(padding)))).toEqual([one, two]);
      expect(fromCertificateChain(concatBytes(one, two, zeros(padding)))).toEqual([one, two]);
    }
  });

  test('are copies: who keeps one does not keep the file', () => {
    for (const file of [concatBytes(one, two, new Uint8Array(1000)), utf8(pem(one))]) {
      for (const der of fromCertificateChain(file)) expect(der.buffer.byteLength).toBe(der.length);
    }
  });

  test('DER that ends in zero bytes is not taken for padding', () => {
    const ending = certificate({ signature: Uint8Array.of(3, 4, 0, 1, 0, 0) });
    expect(fromCertificateChain(concatBytes(ending, zeros(5)))).toEqual([ending]);
    expect(fromCertificateChain(concatBytes(one, ending))).toEqual([one, ending]);
  });

  test.each([
    ['nothing', zeros(0), 'no CERTIFICATE'],
    ['zeros', zeros(100), 'no CERTIFICATE'],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe), 'certificate chain: not UTF-8'],
    ['DER cut short', one.subarray(0, -1), 'exceeds what is there'],
    ['a length of 1 GB', Uint8Array.of(0x30, 0x84, 0x3b, 0x9a, 0xca, 0x00, 1), 'exceeds what is there'],
    ['a NUL within', concatBytes(utf8(pem(one)), zeros(1), utf8(pem(two))), 'unexpected text'],
    ['DER 17 times', concatBytes(...Array.from({ length: 17 }, () => one)), 'more than 16'],
  ])('refuses %s', (_name, data, reason) => {
    expect(() => fromCertificateChain(data)).toThrow(reason);
  });

  test('no bytes crash it, of nearly right ones neither', () => {
    const flipped = fc
      .tuple(fc.constantFrom(concatBytes(one, two), utf8(pem(one) + pem(two))), fc.nat(), fc.nat(255))
      .map(([data, at, byte]) => {
        const copy = data.slice();
        copy[at % copy.length] = byte;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), flipped), (data) => {
        attempt(() => fromCertificateChain(data));
        attempt(() => fromCrlFile(data));
      }),
      { numRuns: 500 },
    );
  });
});

describe('CRL files', () => {
  const list = crl();
  const filled = (length: number, digit: string): Uint8Array => new Uint8Array(length).fill(digit.charCodeAt(0));

  test('are DER, PEM or hexadecimal in either case', () => {
    const forms = [list, utf8(pem(list, 'X509 CRL')), utf8(toHex(list)), utf8(`${toHex(list).toUpperCase()}\n`)];
    for (const file of forms) expect(fromCrlFile(file)).toEqual(list);
  });

  test.each([
    ['two PEM blocks', utf8(pem(list, 'X509 CRL').repeat(2)), 'expected one PEM block'],
    ['a certificate', utf8(pem(one)), 'expected X509 CRL, found CERTIFICATE'],
    ['HTML', utf8('<html>'), 'CRL: not hexadecimal'],
    ['no UTF-8', Uint8Array.of(0xc3), 'CRL: not UTF-8'],
    ['half a byte', utf8('308'), 'odd length'],
    ['DER longer than any CRL', filled(MAX_CRL + 1, '0'), `CRL: ${MAX_CRL + 1} bytes exceed ${MAX_CRL}`],
    ['hexadecimal longer than any CRL', filled(2 * MAX_CRL + 3, '3'), `exceed ${2 * MAX_CRL + 2}`],
    ['bytes longer than any CRL', new Uint8Array(2 * MAX_CRL + 3).fill(0xff), `exceed ${2 * MAX_CRL + 2}`],
  ])('refuses %s', (_name, file, reason) => {
    expect(() => fromCrlFile(file)).toThrow(reason);
    expect(attempt(() => fromCrlFile(file))).toHaveProperty('reason');
  });

  test('may be as long as the longest CRL, in DER and in hexadecimal with a line end', () => {
    const longest = filled(MAX_CRL, '0');
    expect(fromCrlFile(longest)).toBe(longest);
    const digits = filled(2 * MAX_CRL + 2, '3');
    digits.set(utf8('\r\n'), 2 * MAX_CRL);
    expect(fromCrlFile(digits)).toHaveLength(MAX_CRL);
  });
});
