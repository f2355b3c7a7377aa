import { expect, test } from 'vitest';
import { SGX_REPORT, TD_REPORT_10, TD_REPORT_15, TD_REPORT_15_EX } from './intel/report-layout.ts';
import { encodeLayout, layoutFields, layoutSize } from './layout.ts';

const LAYOUT = [
  ['version', 2],
  ['nonce', 3],
] as const;

test('fields are written in order, integers little endian, the rest zero', () => {
  expect([...encodeLayout(LAYOUT, { version: 0x0102, nonce: Uint8Array.of(7, 8, 9) })]).toEqual([2, 1, 7, 8, 9]);
  expect([...encodeLayout(LAYOUT, {})]).toEqual([0, 0, 0, 0, 0]);
  expect(layoutFields(LAYOUT)).toEqual({ version: [0, 2], nonce: [2, 3] });
});

test('a value that does not fit is an error that names the field', () => {
  expect(() => encodeLayout(LAYOUT, { nonce: new Uint8Array(4) })).toThrow('nonce: expected 3 bytes, found 4');
  expect(() => encodeLayout(LAYOUT, { version: 65_536 })).toThrow('version: expected an integer of 2 bytes');
  expect(() => encodeLayout(LAYOUT, { version: -1 })).toThrow('version: expected an integer of 2 bytes');
  expect(() => encodeLayout(LAYOUT, { version: 0.5 })).toThrow('version: expected an integer of 2 bytes');
});

test('a field that the structure lacks is an error', () => {
  const misspelt: Record<string, number> = { verison: 1 };
  expect(() => encodeLayout(LAYOUT, misspelt)).toThrow('verison: this structure has no such field');
});

test('reports have the sizes of the quote format', () => {
  expect([SGX_REPORT, TD_REPORT_10, TD_REPORT_15, TD_REPORT_15_EX].map(layoutSize)).toEqual([384, 584, 648, 885]);
  expect(layoutFields(SGX_REPORT)).toMatchObject({
    attributes: [48, 16],
    mrEnclave: [64, 32],
    mrSigner: [128, 32],
    isvProdId: [256, 2],
    isvSvn: [258, 2],
    reportData: [320, 64],
  });
  expect(layoutFields(TD_REPORT_15_EX)).toMatchObject({
    mrSeam: [16, 48],
    seamAttributes: [112, 8],
    tdAttributes: [120, 8],
    xfam: [128, 8],
    mrTd: [136, 48],
    rtmr0: [328, 48],
    rtmr3: [472, 48],
    reportData: [520, 64],
    teeTcbSvn2: [584, 16],
    mrServiceTd: [600, 48],
    vmid: [648, 1],
    tdId: [649, 32],
    currentServiceTdAttributes: [877, 8],
  });
});
