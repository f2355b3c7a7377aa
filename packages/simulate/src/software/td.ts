import { sha384 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { Pck } from '../intel/pck.ts';
import { signQuote } from '../intel/quote.ts';
import { createQuotingEnclave, type QuotingEnclave } from '../intel/quoting-enclave.ts';
import type { TdReportFields } from '../intel/report-layout.ts';
import type { IntelVendor } from '../intel/vendor.ts';
import { encodeLayout, type Layout } from '../layout.ts';
import { copyOfReportData, type QuoteSource } from './source.ts';

/** Runtime registers of a TD. */
export type RuntimeRegister = 0 | 1 | 2 | 3;

/** A trust domain in software: it measures, and it signs what it measured. */
export interface SoftwareTd extends QuoteSource {
  readonly tee: 'tdx';
  /** What its platform is certified by; give it to `createPcsService` for its collateral. */
  readonly pck: Pck;
  /** RTMR0 to RTMR3 as they are now, 48 bytes each. */
  readonly registers: readonly Uint8Array[];
  /** Extends a register as TDG.MR.RTMR.EXTEND does: SHA-384 of its value and the digest of 48 bytes. */
  extend(register: RuntimeRegister, digest: Uint8Array): void;
}

/** What a software TD is: the fields of its report besides registers and report data. */
export interface SoftwareTdOptions {
  readonly pck: Pck;
  readonly body?: 'td10' | 'td15';
  /** MRTD, MRCONFIGID, attributes, and RTMR0 to RTMR3 to start from. */
  readonly report?: TdReportFields;
}

/** Starts a trust domain in software on a platform of a test vendor. Throws for a register that is not 48 bytes. */
export function createSoftwareTd(vendor: IntelVendor, options: SoftwareTdOptions): SoftwareTd {
  const { pck, body = 'td10' } = options;
  const report = structuredClone(options.report ?? {});
  // One for the machine's life: a quote costs one signature.
  let quotingEnclave: Promise<QuotingEnclave> | undefined;
  const start = (name: 'rtmr0' | 'rtmr1' | 'rtmr2' | 'rtmr3'): Uint8Array =>
    encodeLayout<Layout>([[name, 48]], { [name]: report[name] ?? 0 });
  const registers: [Uint8Array, Uint8Array, Uint8Array, Uint8Array] = [
    start('rtmr0'),
    start('rtmr1'),
    start('rtmr2'),
    start('rtmr3'),
  ];
  return {
    tee: 'tdx',
    pck,
    registers,
    extend(register, digest) {
      if (digest.length !== 48) throw new Error(`digest: expected 48 bytes, found ${digest.length}`);
      registers[register] = sha384(concatBytes(registers[register], digest));
    },
    async quote(reportData) {
      const [rtmr0, rtmr1, rtmr2, rtmr3] = registers;
      const said = { ...report, rtmr0, rtmr1, rtmr2, rtmr3, reportData: copyOfReportData(reportData) };
      quotingEnclave ??= createQuotingEnclave(vendor, pck, { kind: 'TD_QE' });
      return (await signQuote(await quotingEnclave, { body, report: said })).bytes;
    },
  };
}
