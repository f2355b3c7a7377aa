import { Checklist } from '@assay/verify';
import { toBase64 } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import { tdx } from '@assay/verify/tdx';
import { Problem } from '../problem/problem.ts';

const REGISTERS = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'] as const;

/** A quote with raw report data as the proxy answers it: base64, bytes, lower-case hex. */
export interface RawQuote {
  readonly quote: string;
  readonly quote_size: number;
  readonly report_data: string;
  /** As the quote has them, read as the verifier reads them. */
  readonly measurements: Readonly<Record<(typeof REGISTERS)[number], string>>;
}

/** The answer with a TDX quote. Throws a `Problem` for evidence of another kind. */
export function rawQuote({ evidence }: Envelope, reportData: Uint8Array): RawQuote {
  const measured = tdx.parse(evidence, new Checklist(tdx.checks))?.claims.measurements;
  const register = (name: (typeof REGISTERS)[number]): string => {
    const value = measured?.[name];
    if (value === undefined) throw new Problem('not_in_tee', 'The platform makes no TDX quotes; ask for statements.');
    return value;
  };
  return {
    quote: toBase64(evidence),
    quote_size: evidence.length,
    report_data: toBase64(reportData),
    measurements: {
      mrtd: register('mrtd'),
      rtmr0: register('rtmr0'),
      rtmr1: register('rtmr1'),
      rtmr2: register('rtmr2'),
      rtmr3: register('rtmr3'),
    },
  };
}
