import { describe, expect, test } from 'vitest';
import { fromHex } from '../codec/hex.ts';
import { decodeTcb, showTcb, tcbAtMost, tcbComponent } from './tcb.ts';

const milan = fromHex('04000000000018db');
const turin = fromHex('0001000200000047');

describe('a TCB version', () => {
  test('of Milan and Genoa', () => {
    const components = { bootLoader: 4, tee: 0, snp: 24, microcode: 219 };
    expect(decodeTcb(milan, 'Milan')).toEqual(components);
    expect(decodeTcb(milan, 'Genoa')).toEqual(components);
    expect(tcbComponent(milan, 'Milan', 'fmc')).toBeUndefined();
  });

  test('of Turin begins with the FMC', () => {
    expect(decodeTcb(turin, 'Turin')).toEqual({ fmc: 0, bootLoader: 1, tee: 0, snp: 2, microcode: 71 });
    expect(showTcb(turin, 'Turin')).toBe('fmc 0, bootLoader 1, tee 0, snp 2, microcode 71');
  });

  test('shows reserved components that are not zero', () => {
    expect(decodeTcb(fromHex('0400000000000918'), 'Turin')).toMatchObject({ fmc: 4, reserved7: 9 });
  });

  test('is compared component by component, not as a number', () => {
    expect(tcbAtMost(milan, milan)).toBe(true);
    expect(tcbAtMost(fromHex('04000000000017ff'), milan)).toBe(false);
    expect(tcbAtMost(fromHex('03000000000018db'), milan)).toBe(true);
    expect(tcbAtMost(milan, fromHex('03000000000018ff'))).toBe(false);
    expect(tcbAtMost(fromHex('04000001000018db'), milan)).toBe(false);
  });
});
