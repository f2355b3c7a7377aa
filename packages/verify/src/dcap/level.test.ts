import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enclaveLevel, platformLevel } from './level.ts';
import type { PckPlatform } from './pck-extension.ts';
import type { EnclaveLevel, PlatformLevel } from './tcb-info.ts';

const zeros: readonly number[] = Array.from({ length: 16 }, () => 0);
const STATUS = { status: 'UpToDate', date: 0, advisories: [] } as const;

function level(sgx: readonly number[] = zeros, pceSvn = 0, tdx: readonly number[] | null = null): PlatformLevel {
  return { ...STATUS, sgxComponents: sgx, pceSvn, tdxComponents: tdx };
}

function platform(componentSvns: readonly number[], pceSvn = 13): PckPlatform {
  return {
    ppid: new Uint8Array(16),
    componentSvns,
    pceSvn,
    // Opaque: matching must not look at it.
    cpuSvn: new Uint8Array(16).fill(0xff),
    pceId: new Uint8Array(2),
    fmspc: new Uint8Array(6),
    sgxType: 0,
    platformInstanceId: null,
    configuration: null,
  };
}

const own = [7, 7, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 3];

describe('1.9 item 38: the level of an SGX platform', () => {
  test('is the first whose 16 components and PCESVN it all reaches', () => {
    const levels = [level(own.with(0, 8), 13), level(own, 14), level(own, 13), level(zeros, 0)];
    expect(platformLevel(levels, platform(own), null)).toBe(levels[2]);
    expect(platformLevel(levels, platform(own, 12), null)).toBe(levels[3]);
    expect(platformLevel(levels, platform(own, 14), null)).toBe(levels[1]);
  });

  test.each(Array.from({ length: 16 }, (_, index) => index))('is missed by one SVN less in component %i', (index) => {
    const above = own.with(index, (own[index] ?? 0) + 1);
    expect(platformLevel([level(above, 13)], platform(own), null)).toBeUndefined();
    expect(platformLevel([level(own, 13)], platform(above), null)).toBeDefined();
  });

  test('is missing when no level fits', () => {
    expect(platformLevel([], platform(own), null)).toBeUndefined();
    expect(platformLevel([level(own, 14)], platform(own), null)).toBeUndefined();
  });

  test('never has an SVN above the platform, and every level before it has one', () => {
    const svns = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 16, maxLength: 16 });
    const any = fc.record({ sgx: svns, pce: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), svns, fc.integer({ min: 0, max: 3 }), (list, components, pce) => {
        const levels = list.map(({ sgx, pce: svn }) => level(sgx, svn));
        const exceeds = ({ sgxComponents, pceSvn }: PlatformLevel): boolean =>
          pceSvn > pce || sgxComponents.some((svn, index) => svn > (components[index] ?? 0));
        const found = platformLevel(levels, platform(components, pce), null);
        const before = found === undefined ? levels : levels.slice(0, levels.indexOf(found));
        expect(before.every(exceeds)).toBe(true);
        expect(found === undefined || !exceeds(found)).toBe(true);
      }),
    );
  });

  test('compares the low 8 bits, as Intel does; the range is a check of its own', () => {
    expect(platformLevel([level(own.with(0, 256 + 7), 13)], platform(own), null)).toBeDefined();
    expect(platformLevel([level(own.with(0, 256 + 8), 13)], platform(own), null)).toBeUndefined();
    expect(platformLevel([level(own, 13)], platform(own.with(0, 256)), null)).toBeUndefined();
  });
});

describe('1.9 item 38: the level of a TD', () => {
  const svns = Uint8Array.from([7, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  const at = (tdx: readonly number[]): readonly PlatformLevel[] => [level(own, 13, tdx)];

  test.each(Array.from({ length: 16 }, (_, index) => index))('needs component %i, when it counts', (index) => {
    const above = [...svns].with(index, (svns[index] ?? 0) + 1);
    // From index 2 when the module has a version: its SVN and version are judged by its own levels.
    expect(platformLevel(at(above), platform(own), { svns, from: 2 }) !== undefined).toBe(index < 2);
    expect(platformLevel(at(above), platform(own), { svns, from: 0 })).toBeUndefined();
    expect(platformLevel(at([...svns]), platform(own), { svns, from: 0 })).toBeDefined();
  });

  test('needs the SGX components too', () => {
    expect(platformLevel(at([...svns]), platform(own.with(15, 2)), { svns, from: 2 })).toBeUndefined();
  });

  test('is none of an SGX document', () => {
    expect(platformLevel([level(own, 13, null)], platform(own), { svns, from: 2 })).toBeUndefined();
  });
});

describe('1.9 item 39 and 1.7 item 35: the level of a module or quoting enclave', () => {
  const levels: readonly EnclaveLevel[] = [8, 6, 5, 1].map((isvSvn) => ({ ...STATUS, isvSvn }));

  test('is the first that its SVN reaches', () => {
    expect([0, 1, 4, 5, 6, 7, 8, 9, 65_535].map((svn) => enclaveLevel(levels, svn)?.isvSvn)).toEqual([
      undefined,
      1,
      1,
      5,
      6,
      6,
      8,
      8,
      8,
    ]);
  });
});
