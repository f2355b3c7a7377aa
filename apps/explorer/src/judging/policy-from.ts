import type { Policy, TeeName, Verdict } from '@assay/verify';
import { MEASUREMENTS, type MeasurementName } from '@assay/verify/policy';

/** What names the code that runs, by TEE. Registers of RTMR3 are those of one machine: of it the app's hash is taken. */
const CODE: Readonly<Record<TeeName, readonly MeasurementName[]>> = {
  sgx: ['mrenclave'],
  tdx: ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'],
  snp: ['measurement'],
  'confidential-space': ['imageDigest'],
};

/**
 * A policy that expects the code of this evidence, and else what was expected before; undefined where no code is named,
 * or by nobody who could know: what is not authentic is anyone's words.
 */
export function policyFrom({ tee, claims, layers }: Verdict, before: Policy): Policy | undefined {
  if (tee === null || claims === null || layers.authentic !== 'pass') return undefined;
  const { measurements } = claims;
  const compose = tee === 'tdx' && measurements.composeHash !== undefined ? (['composeHash'] as const) : [];
  const names = [...CODE[tee], ...compose].filter((name) => name in MEASUREMENTS && measurements[name] !== undefined);
  if (names.length === 0) return undefined;
  const { identity: _, ...rest } = before;
  const expected = Object.fromEntries(names.map((name) => [name, measurements[name]]));
  return { ...rest, releases: [{ name: 'copied from evidence', measurements: expected }] };
}
