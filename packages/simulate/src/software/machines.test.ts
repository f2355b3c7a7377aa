import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { issuePck, type Pck } from '../intel/pck.ts';
import { SGX_REPORT, TD_REPORT_10 } from '../intel/report-layout.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { type Layout, layoutFields, layoutSize } from '../layout.ts';
import { createSoftwareEnclave } from './enclave.ts';
import { createSoftwareTd } from './td.ts';

const filled = (byte: number, length = 64): Uint8Array => new Uint8Array(length).fill(byte);
/** A field of the report in a quote, which lies behind a header of 48 bytes. */
const field = (quote: Uint8Array, layout: Layout, name: string): Uint8Array => {
  const [offset, length] = layoutFields(layout)[name] ?? [0, 0];
  return quote.slice(48 + offset, 48 + offset + length);
};
const extended = (register: Uint8Array, digest: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha384').update(register).update(digest).digest());

let vendor: IntelVendor;
let pck: Pck;
beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'machines.test', now: new Date('2026-11-20T12:00:00Z') });
  pck = await issuePck(vendor);
});

describe.each([
  ['a TD', TD_REPORT_10, () => createSoftwareTd(vendor, { pck })],
  ['an enclave', SGX_REPORT, () => createSoftwareEnclave(vendor, { pck })],
] as const)('%s in software', (_name, layout, start) => {
  test('signs the report data that it is given, for each of many callers at once', async () => {
    const machine = start();
    const all = Array.from({ length: 20 }, (_, index) => filled(index));
    const quotes = await Promise.all(all.map((reportData) => machine.quote(reportData)));
    expect(quotes.map((quote) => field(quote, layout, 'reportData'))).toEqual(all);
  });

  test('is certified once: of two quotes only report data and signature differ', async () => {
    const machine = start();
    const [one, other] = [await machine.quote(filled(1)), await machine.quote(filled(2))];
    const end = 48 + layoutSize(layout);
    expect(one.slice(0, end - 64)).toEqual(other.slice(0, end - 64));
    // Length of the signature data, the signature; then the attestation key and all that certifies it.
    expect(one.slice(end + 4, end + 68)).not.toEqual(other.slice(end + 4, end + 68));
    expect(one.slice(end + 68)).toEqual(other.slice(end + 68));
  });

  test('takes exactly 64 bytes, and keeps a copy of them', async () => {
    const machine = start();
    await expect(machine.quote(filled(1, 63))).rejects.toThrow('reportData: expected 64 bytes, found 63');
    const reportData = filled(1);
    const pending = machine.quote(reportData);
    reportData.fill(2);
    expect(field(await pending, layout, 'reportData')).toEqual(filled(1));
  });
});

describe('registers of a TD in software', () => {
  test('are extended as the TDX module does, and quoted as they are when the quote is asked for', async () => {
    const rtmr0 = filled(5, 48);
    const td = createSoftwareTd(vendor, { pck, report: { rtmr0 } });
    const [first, second] = [filled(1, 48), filled(2, 48)];
    td.extend(3, first);
    td.extend(0, first);
    const pending = td.quote(filled(9));
    td.extend(3, second);
    const before = await pending;
    expect(field(before, TD_REPORT_10, 'rtmr0')).toEqual(extended(rtmr0, first));
    expect(field(before, TD_REPORT_10, 'rtmr1')).toEqual(filled(0, 48));
    expect(field(before, TD_REPORT_10, 'rtmr3')).toEqual(extended(filled(0, 48), first));
    const after = await td.quote(filled(9));
    expect(field(after, TD_REPORT_10, 'rtmr3')).toEqual(extended(extended(filled(0, 48), first), second));
    expect(td.registers[3]).toEqual(field(after, TD_REPORT_10, 'rtmr3'));
  });

  test('start as they are given, whatever the caller does with the bytes later', async () => {
    const [rtmr0, mrTd] = [filled(5, 48), filled(6, 48)];
    const td = createSoftwareTd(vendor, { pck, report: { rtmr0, mrTd, rtmr1: 258 } });
    rtmr0.fill(0);
    mrTd.fill(0);
    const quote = await td.quote(filled(9));
    expect(field(quote, TD_REPORT_10, 'rtmr0')).toEqual(filled(5, 48));
    expect(field(quote, TD_REPORT_10, 'mrTd')).toEqual(filled(6, 48));
    expect(field(quote, TD_REPORT_10, 'rtmr1').slice(0, 3)).toEqual(Uint8Array.of(2, 1, 0));
    const wrong = () => createSoftwareTd(vendor, { pck, report: { rtmr2: filled(1, 47) } });
    expect(wrong).toThrow('rtmr2: expected 48 bytes, found 47');
  });

  test('take digests of 48 bytes', () => {
    const td = createSoftwareTd(vendor, { pck });
    expect(() => td.extend(3, filled(1, 32))).toThrow('digest: expected 48 bytes, found 32');
    expect(td.registers[3]).toEqual(filled(0, 48));
  });
});
