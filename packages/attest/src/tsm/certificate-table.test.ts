import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCertificateTable } from './certificate-table.ts';

const VCEK = '63da758de6644564adc5f4b93be8accd';
const VLEK = 'a8074bc2a25a483eaae639c045a0b8a1';
const ASK = '4ab7b379bbac4fe4a02f05aef327c782';
const ARK = 'c0b406a4a803495297433fb6014cd0ae';
const CRL = '92f81bc358114d3d97ffd19f88dc67ea';
const END = '0'.repeat(32);

const entry = (guid: string, offset: number, length: number): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.write(guid, 'hex');
  bytes.writeUInt32LE(offset, 16);
  bytes.writeUInt32LE(length, 20);
  return bytes;
};

describe('the certificate table of an extended guest request (GHCB 4.1.8.1)', () => {
  test('names certificates by GUID', () => {
    const table = Buffer.concat([
      ...[entry(VCEK, 120, 1), entry(ASK, 121, 2), entry(ARK, 123, 3), entry(CRL, 126, 1), entry(END, 0, 0)],
      Buffer.from('vaarrrc'),
    ]);
    const texts = Object.entries(parseCertificateTable(table)).map(([name, der]) => [
      name,
      Buffer.from(der).toString(),
    ]);
    expect(Object.fromEntries(texts)).toEqual({ vek: 'v', ask: 'aa', ark: 'rrr', crl: 'c' });
  });

  test('passes over what it does not know, and a second certificate of one kind', () => {
    const table = Buffer.concat([
      ...[entry('f'.repeat(32), 96, 1), entry(VLEK, 97, 1), entry(VCEK, 96, 1), entry(END, 0, 0)],
      Buffer.from('xl'),
    ]);
    expect(parseCertificateTable(table)).toEqual({ vek: Uint8Array.from(Buffer.from('l')) });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['no end', entry(VCEK, 0, 1)],
    ['a certificate past the end', Buffer.concat([entry(VCEK, 40, 9), entry(END, 0, 0)])],
    ['an offset past all', Buffer.concat([entry(VCEK, 0xffff_ffff, 0xffff_ffff), entry(END, 0, 0)])],
    ['more entries than there are kinds', Buffer.concat(Array.from({ length: 65 }, () => entry(VCEK, 0, 1)))],
  ])('%s is no table', (_what, table) => {
    expect(parseCertificateTable(table)).toEqual({});
  });

  test('any bytes give certificates of their own size at most', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const der of Object.values(parseCertificateTable(bytes))) {
          expect(der?.length).toBeLessThanOrEqual(bytes.length);
        }
      }),
    );
  });
});
