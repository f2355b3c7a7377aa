import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { concatBytes } from '../codec/bytes.ts';
import { fromCertificateChain, fromPem } from '../codec/pem.ts';
import { utf8 } from '../codec/text.ts';
import { parseCertification, sortChain } from './certification.ts';

const bytes = (length: number, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (from + index) & 0xff);
const TRAILER = concatBytes(bytes(16, 100), Uint8Array.of(13, 0), Uint8Array.of(0, 1));
const STATED = { cpuSvn: bytes(16, 100), pceSvn: 13, pceId: Uint8Array.of(0, 1) };

describe('1.1 item 9: certification data', () => {
  test('of type 1 states the platform in clear', () => {
    const parsed = parseCertification(1, concatBytes(bytes(16), TRAILER));
    expect(parsed).toEqual({ type: 1, platform: { ...STATED, ppid: bytes(16) } });
  });

  test("of type 1 may lack the PCEID, as in Intel's own sample", () => {
    const parsed = parseCertification(1, concatBytes(bytes(16), TRAILER.subarray(0, 18)));
    expect(parsed).toEqual({ type: 1, platform: { ...STATED, pceId: null, ppid: bytes(16) } });
  });

  test.each([
    [2, 256],
    [3, 384],
  ])('of type %i states it with a PPID that only Intel can read', (type, size) => {
    const parsed = parseCertification(type, concatBytes(bytes(size), TRAILER));
    expect(parsed).toEqual({ type, platform: { ...STATED, ppid: null } });
    // Only type 1 has the short form.
    expect(() => parseCertification(type, concatBytes(bytes(size), TRAILER.subarray(0, 18)))).toThrow(/PCEID/);
  });

  test.each([4, 5])('of type %i is kept as it is', (type) => {
    expect(parseCertification(type, bytes(7))).toEqual({ type, chain: bytes(7) });
  });

  test.each([0, 6, 7, 8, 65_535])('of type %i is refused', (type) => {
    expect(() => parseCertification(type, bytes(500))).toThrow(/not one of 1 to 5/);
  });

  test.each([
    [1, 0],
    [1, 33],
    [1, 35],
    [1, 37],
    [2, 275],
    [2, 277],
    [3, 276],
    [3, 405],
  ])('of type %i with %i bytes is refused', (type, length) => {
    expect(() => parseCertification(type, bytes(length))).toThrow(/certification data|PPID|CPUSVN|PCESVN|PCEID/);
  });
});

describeWithVectors('a PCK chain', () => {
  const region = (name: string): Uint8Array => {
    const { regions } = JSON.parse(vectorText(`${name}/meta.json`)) as { regions: { certData: [number, number] } };
    const [offset, length] = regions.certData;
    return vector(`${name}/quote.bin`).subarray(offset, offset + length);
  };
  const pem = (): Uint8Array => region('sgx-v3-00a067110000-proc-f8b81014');
  const text = (): string => new TextDecoder().decode(pem()).replace(/\0+$/, '');
  const certificates = (): readonly Uint8Array[] => fromCertificateChain(pem());
  const names = (chain: readonly Uint8Array[]) => {
    const { leaf, ca, root, count } = sortChain(chain);
    return [leaf, ca, root].map((one) => one?.subject.attributes.CN).concat(String(count));
  };
  const SORTED = ['Intel SGX PCK Certificate', 'Intel SGX PCK Processor CA', 'Intel SGX Root CA', '3'];

  test('is sorted by role, whatever its order', () => {
    const [leaf, ca, root] = certificates() as [Uint8Array, Uint8Array, Uint8Array];
    for (const order of [
      [leaf, ca, root],
      [leaf, root, ca],
      [root, ca, leaf],
      [ca, root, leaf],
    ]) {
      expect(names(order)).toEqual(SORTED);
    }
    expect(names([leaf, ca])).toEqual([SORTED[0], SORTED[1], undefined, '2']);
    expect(names([leaf, root])).toEqual([SORTED[0], undefined, SORTED[2], '2']);
    expect(names([])).toEqual([undefined, undefined, undefined, '0']);
  });

  test('takes the role of a certificate that is there twice only once', () => {
    const [leaf, ca, root] = certificates() as [Uint8Array, Uint8Array, Uint8Array];
    for (const chain of [
      [leaf, root, root],
      [leaf, ca, ca],
      [ca, ca, root],
      [leaf, leaf, root],
    ]) {
      const { ca: issuer, leaf: end, root: top } = sortChain(chain);
      const roles = [end, issuer, top].map((one) => one?.subject.attributes.CN).join(', ');
      expect(roles).not.toBe(SORTED.slice(0, 3).join(', '));
    }
  });

  test('is PEM, with or without NULs at its end, or concatenated DER', () => {
    const expected = certificates();
    expect(expected.length).toBe(3);
    for (const form of [
      utf8(text()),
      utf8(`${text()}\0`),
      utf8(`${text()}\0\0\0\0`),
      utf8(text().trimEnd()),
      utf8(`\n\n${text().replaceAll('\n', '\r\n')}`),
      concatBytes(...expected),
      concatBytes(...expected, new Uint8Array(9)),
    ]) {
      expect(fromCertificateChain(form)).toEqual(expected);
    }
  });

  test.each<readonly [string, (whole: string) => string]>([
    ['text between blocks', (whole) => whole.replace('-----\n-----BEGIN', '-----\nx\n-----BEGIN')],
    ['text at its end', (whole) => `${whole}x`],
    ['a NUL inside', (whole) => whole.replace('MII', 'M\0II')],
    ['another label', (whole) => whole.replaceAll('CERTIFICATE', 'X509 CRL')],
    ['labels that differ', (whole) => whole.replace('END CERTIFICATE', 'END CERTIFICATES')],
    ['a block that does not end', (whole) => whole.trimEnd().slice(0, -1)],
    ['no block', () => ' \n'],
    ['nothing', () => ''],
    ['17 blocks', (whole) => whole.repeat(6)],
    ['stray bits in base64', (whole) => whole.replace(/[A-Za-z0-9+/]=(=?)\n-----END/, 'B=$1\n-----END')],
    ['letters of base64url', (whole) => whole.replace(/[+/]/, '_')],
  ])('with %s is refused', (_, change) => {
    const changed = change(text());
    expect(changed).not.toBe(text());
    expect(() => fromCertificateChain(utf8(changed))).toThrow(/PEM|base64/);
    expect(() => fromPem(changed, 'CERTIFICATE')).toThrow(/PEM|base64/);
  });

  test.each<readonly [string, (whole: Uint8Array) => Uint8Array]>([
    ['cut short', (whole) => whole.subarray(0, whole.length - 1)],
    ['with a byte between', (whole) => concatBytes(Uint8Array.of(0), whole)],
    ['with bytes after it', (whole) => concatBytes(whole, Uint8Array.of(1))],
    ['of 1 GB by its length', (whole) => concatBytes(Uint8Array.of(0x30, 0x84, 0x40, 0, 0, 0), whole.subarray(4))],
    ['of indefinite length', (whole) => concatBytes(Uint8Array.of(0x30, 0x80), whole.subarray(4))],
  ])('in DER, %s, is refused', (_, change) => {
    expect(() => fromCertificateChain(change(concatBytes(...certificates())))).toThrow(/DER|PEM|chain/);
  });
});
