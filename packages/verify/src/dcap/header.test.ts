import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectors } from '../../../../tools/vectors-in-tests.ts';
import { fromHex } from '../codec/hex.ts';
import { sgx } from '../sgx/index.ts';
import { tdx } from '../tdx/index.ts';
import { claimedTeeType, INTEL_VENDOR, parseHeader } from './header.ts';

function header(version: number, keyType: number, teeType: number, vendor = INTEL_VENDOR): Uint8Array {
  const bytes = new Uint8Array(48);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, version, true);
  view.setUint16(2, keyType, true);
  view.setUint32(4, teeType, true);
  bytes.set(fromHex(vendor), 12);
  return bytes;
}

test('reads every field, little endian', () => {
  const bytes = Uint8Array.from({ length: 48 }, (_, index) => index);
  expect(parseHeader(bytes)).toEqual({
    version: 0x0100,
    attestationKeyType: 0x0302,
    teeType: 0x0706_0504,
    qeSvn: 0x0908,
    pceSvn: 0x0b0a,
    qeVendorId: bytes.subarray(12, 28),
    userData: bytes.subarray(28, 48),
  });
  expect(() => parseHeader(bytes.subarray(0, 47))).toThrow(/user data/);
});

describe('what looks like a quote', () => {
  test('has the vendor id, whatever else', () => {
    for (const [version, keyType] of [
      [3, 2],
      [0, 0],
      [65_535, 9],
    ] as const) {
      expect(claimedTeeType(header(version, keyType, 0x81))).toBe(0x81);
    }
  });

  test('or all of a known version, key type and TEE type', () => {
    const other = '11'.repeat(16);
    expect(claimedTeeType(header(4, 2, 0x81, other))).toBe(0x81);
    for (const [version, keyType, teeType] of [
      [2, 2, 0],
      [6, 2, 0],
      [4, 0, 0],
      [4, 4, 0],
      [4, 2, 1],
    ] as const) {
      expect(claimedTeeType(header(version, keyType, teeType, other))).toBeUndefined();
    }
  });

  test('is at least a header', () => {
    expect(claimedTeeType(header(3, 2, 0).subarray(0, 47))).toBeUndefined();
    expect(claimedTeeType(new Uint8Array(0))).toBeUndefined();
  });

  test('is of one TEE: what is not TDX is for SGX to refuse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 40, maxLength: 60 }), (bytes) => {
        expect(sgx.recognises(bytes) && tdx.recognises(bytes)).toBe(false);
      }),
    );
    expect([sgx, tdx].map((tee) => tee.recognises(header(4, 2, 0x82)))).toEqual([true, false]);
  });
});

describeWithVectors('every evidence file', () => {
  const files = Object.keys(vectors).filter((path) => /\/(quote|report)\.bin$|\.jwt$/.test(path));

  test.each(files)('%s is recognised by its own TEE, and no other', (path) => {
    const named = [sgx, tdx].filter((tee) => tee.recognises(vector(path))).map(({ name }) => name);
    if (!path.endsWith('quote.bin')) expect(named).toEqual([]);
    else if (/sgx|tdx/.test(path)) expect(named).toEqual([/tdx/.test(path) ? 'tdx' : 'sgx']);
    else expect(named).toEqual(['sgx']);
  });
});
