import { describe, expect, test } from 'vitest';
import { parseTdReport, TD_REPORT_SIZE } from './td-report.ts';

/** Every byte tells its offset. */
const numbered = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index % 251);

describe('1.1: a TD report', () => {
  test('of TDX 1.0 has its fields one after the other', () => {
    const bytes = numbered(584);
    const report = parseTdReport(bytes);
    const { rtmr, current, extended, ...fields } = report;
    const parts = [
      fields.teeTcbSvn,
      fields.mrSeam,
      fields.mrSignerSeam,
      fields.seamAttributes,
      fields.tdAttributes,
      fields.xfam,
      fields.mrTd,
      fields.mrConfigId,
      fields.mrOwner,
      fields.mrOwnerConfig,
      ...rtmr,
      fields.reportData,
    ];
    expect(parts.map((part) => part.length)).toEqual([16, 48, 48, 8, 8, 8, 48, 48, 48, 48, 48, 48, 48, 48, 64]);
    expect(Uint8Array.from(parts.flatMap((part) => [...part]))).toEqual(bytes);
    expect([current, extended]).toEqual([null, null]);
  });

  test('of TDX 1.5 has the current TCB and the service TD besides', () => {
    const { current, extended } = parseTdReport(numbered(648));
    expect(current?.teeTcbSvn).toEqual(numbered(648).subarray(584, 600));
    expect(current?.mrServiceTd).toEqual(numbered(648).subarray(600));
    expect(extended).toBeNull();
  });

  test('of TDX 1.5, extended, keeps the rest as it is', () => {
    const { current, extended } = parseTdReport(numbered(885));
    expect(current?.mrServiceTd).toEqual(numbered(885).subarray(600, 648));
    expect(extended).toEqual(numbered(885).subarray(648));
  });

  test.each(Object.values(TD_REPORT_SIZE))('of %i bytes that is cut does not parse', (size) => {
    if (size === 584) expect(() => parseTdReport(numbered(size - 1))).toThrow(/REPORTDATA/);
    else expect(parseTdReport(numbered(size)).current).not.toBeNull();
  });
});
