import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import type { Extension } from '../codec/extensions.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { attempt } from '../errors.ts';
import { readVekExtensions } from './vek.ts';

const ARC = '1.3.6.1.4.1.3704.1';
const leaves = Object.keys(vectors).filter((path) => /^snp-.*\/v[cl]ek\.der$/.test(path));

interface Meta {
  readonly report: { readonly reportedTcb: string; readonly chipId: string };
  readonly endorsement: { readonly product: string; readonly cspId: string | null };
}

/** A leaf that has only extensions, by the arcs after AMD's. */
function leaf(values: Readonly<Record<string, Uint8Array | undefined>>): Certificate {
  const entries = Object.entries(values).flatMap(([arc, value]): [string, Extension][] =>
    value === undefined ? [] : [[`${ARC}.${arc}`, { critical: false, value }]],
  );
  return { extensions: new Map(entries) } as unknown as Certificate;
}

const number = (value: number) =>
  fromHex(value < 128 ? `0201${value.toString(16).padStart(2, '0')}` : `020200${value.toString(16)}`);
const ia5 = (text: string) => new Uint8Array([0x16, text.length, ...utf8(text)]);

const milan = {
  '1': number(0),
  '2': ia5('Milan-B0'),
  '3.1': number(4),
  '3.2': number(0),
  '3.3': number(24),
  '3.8': number(219),
  '4': new Uint8Array(64).fill(7),
};
const turin = { ...milan, '1': number(1), '2': ia5('Turin'), '3.9': number(3), '4': new Uint8Array(8).fill(7) };

describeWithVectors('extensions of real leaves (AMD 57230 section 3.1)', () => {
  test.each(leaves)('%s', (path) => {
    const { report, endorsement } = JSON.parse(vectorText(path.replace(/[^/]*$/, 'meta.json'))) as Meta;
    const extensions = readVekExtensions(parseCertificate(vector(path)));
    expect(extensions).toMatchObject({ productName: endorsement.product, cspId: endorsement.cspId });
    expect(toHex(extensions.tcb)).toBe(report.reportedTcb);
    if (extensions.hwid !== null) expect(toHex(extensions.hwid).padEnd(128, '0')).toBe(report.chipId);
    expect(extensions.kind).toBe(path.endsWith('vlek.der') ? 'VLEK' : 'VCEK');
  });
});

describe('extensions of a leaf', () => {
  test('of Milan, of Turin, of a provider', () => {
    expect(toHex(readVekExtensions(leaf(milan)).tcb)).toBe('04000000000018db');
    expect(toHex(readVekExtensions(leaf(turin)).tcb)).toBe('03040018000000db');
    const vlek = readVekExtensions(leaf({ ...turin, '4': undefined, '5': ia5('CN=provider') }));
    expect(vlek).toMatchObject({ kind: 'VLEK', hwid: null, cspId: 'CN=provider', line: 'Turin' });
  });

  test('keep reserved components, which then must be in the report too', () => {
    expect(toHex(readVekExtensions(leaf({ ...milan, '3.4': number(5), '3.7': number(6) })).tcb)).toBe(
      '04000500000618db',
    );
  });

  test('may have the hardware id in an OCTET STRING of its own', () => {
    const wrapped = new Uint8Array([0x04, 64, ...milan['4']]);
    expect(readVekExtensions(leaf({ ...milan, '4': wrapped })).hwid).toEqual(milan['4']);
  });

  test.each([
    ['no struct version', { '1': undefined }, 'struct version'],
    ['struct version 2', { '1': number(2) }, 'struct version'],
    ['no product', { '2': undefined }, 'product name'],
    ['an unknown product', { '2': ia5('Rome-B0') }, 'product name'],
    ['a product of another type', { '2': new Uint8Array([0x0c, 5, ...utf8('Milan')]) }, 'product name'],
    ['a product with a control character', { '2': ia5('Milan\n') }, 'product name'],
    ['no boot loader', { '3.1': undefined }, 'bootLoader'],
    ['no TEE', { '3.2': undefined }, 'tee'],
    ['no SNP', { '3.3': undefined }, 'snp'],
    ['no microcode', { '3.8': undefined }, 'microcode'],
    ['microcode of 256', { '3.8': fromHex('02020100') }, 'microcode'],
    ['a negative component', { '3.3': fromHex('0201ff') }, 'snp'],
    ['bytes after a component', { '3.3': fromHex('02010100') }, 'snp'],
    ['the FMC of Turin', { '3.9': number(0) }, 'fmc'],
    ['a hardware id of Turin', { '4': new Uint8Array(8) }, 'hardware id'],
    ['a hardware id of 63 bytes', { '4': new Uint8Array(63) }, 'hardware id'],
    ['hardware and provider id', { '5': ia5('CN=provider') }, 'either'],
    ['neither', { '4': undefined }, 'either'],
    ['an empty provider id', { '4': undefined, '5': ia5('') }, 'provider id'],
  ])('of Milan are refused with %s', (_, change, reason) => {
    const result = attempt(() => readVekExtensions(leaf({ ...milan, ...change })));
    expect('reason' in result && result.reason).toContain(reason);
  });

  test.each([
    ['no FMC', { '3.9': undefined }, 'fmc'],
    ['a component of Milan', { '3.4': number(0) }, 'reserved4'],
    ['a hardware id of Milan', { '4': new Uint8Array(64) }, 'hardware id'],
  ])('of Turin are refused with %s', (_, change, reason) => {
    const result = attempt(() => readVekExtensions(leaf({ ...turin, ...change })));
    expect('reason' in result && result.reason).toContain(reason);
  });

  test('of any bytes never throw but `malformed`', () => {
    const arcs = fc.constantFrom('1', '2', '3.1', '3.2', '3.3', '3.4', '3.8', '3.9', '4', '5');
    fc.assert(
      fc.property(fc.dictionary(arcs, fc.uint8Array({ maxLength: 70 })), fc.boolean(), (values, full) => {
        attempt(() => readVekExtensions(leaf(full ? { ...milan, ...values } : values)));
      }),
    );
  });
});
