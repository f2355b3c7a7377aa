import { createAmdVendor, createIntelVendor, makeExhibit, makeSnpExhibit } from '@assay/simulate';
import { toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Region, regionsOf } from './regions.ts';

const now = new Date('2026-03-01T12:00:00Z');
const whole = (regions: readonly Region[]): string => regions.map(({ bytes }) => toHex(bytes)).join('');
const named = (regions: readonly Region[], name: string): Region | undefined =>
  regions.find((region) => region.name.endsWith(name));

test.each([
  ['sgx', 'body.mrEnclave', 48 + 64, 32],
  ['td10', 'body.mrTd', 48 + 136, 48],
  ['td15', 'body.current.mrServiceTd', 54 + 600, 48],
] as const)('a quote of %s has %s at %i', async (body, name, start, length) => {
  const vendor = await createIntelVendor({ seed: 'regions', now });
  const { evidence } = await makeExhibit(vendor, { quote: { body } });
  const regions = regionsOf(evidence);
  expect(whole(regions)).toBe(toHex(evidence));
  expect(named(regions, name)).toMatchObject({ start, bytes: evidence.subarray(start, start + length), named: true });
  expect(named(regions, 'certification.chain')).toBeDefined();
});

test('an SNP report has its measurement at 0x90', async () => {
  const vendor = await createAmdVendor({ product: 'Genoa', now });
  const { evidence } = await makeSnpExhibit(vendor);
  const regions = regionsOf(evidence);
  expect(whole(regions)).toBe(toHex(evidence));
  expect(named(regions, 'measurement')?.start).toBe(0x90);
});

test('a token has three parts', () => {
  const token = new TextEncoder().encode('eyJhbGciOiJSUzI1NiJ9.e30.c2ln');
  expect(regionsOf(token).map(({ name, start }) => [name, start])).toEqual([
    ['header', 0],
    ['payload', 21],
    ['signature', 25],
  ]);
});

test('any bytes are shown whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      if (bytes[0] === 0x65) return;
      expect(whole(regionsOf(bytes))).toBe(toHex(bytes));
    }),
  );
});
