import { AssayError, type Policy, type Release } from '@assay/verify';
import { parsePolicy } from '@assay/verify/policy';

/** Registers that quotes must have: the short form of a policy. */
export type ExpectedRegisters = Readonly<Partial<Record<(typeof REGISTERS)[number], string | undefined>>>;

/** What an operator said of quotes. */
export interface ReferenceOptions {
  readonly policy?: Policy | undefined;
  readonly expected: ExpectedRegisters;
  /** What this tracker itself measures to; undefined outside of a TEE. */
  readonly own: readonly Release[] | undefined;
}

const REGISTERS = ['mrtd', 'rtmr1', 'rtmr2', 'rtmr3'] as const;

/**
 * The policy of quotes: the operator's, or what this tracker itself measures to, with the registers that the operator
 * expects. Firmware and kernel, which the registers after them rest on, are this tracker's own where nobody names them.
 * Without any of it nothing is said of what runs, and no quote is trusted. Throws `usage`.
 */
export function referencePolicy({ policy, expected, own }: ReferenceOptions): Policy {
  const given = Object.entries(expected).filter(([, value]) => value !== undefined);
  if (policy !== undefined) {
    if (given.length === 0) return policy;
    throw usage('expected registers: the policy has reference values already; name them in one place');
  }
  if (given.length === 0) return own === undefined ? {} : { releases: own };
  const before = own?.[0]?.measurements ?? {};
  const last = REGISTERS.findLastIndex((name) => expected[name] !== undefined);
  const names = REGISTERS.slice(0, last + 1);
  const measurements = Object.fromEntries(names.map((name) => [name, expected[name] ?? before[name]]));
  const missing = names.filter((name) => measurements[name] === undefined);
  if (missing.length > 0) {
    const variables = missing.map((name) => VARIABLES[name]).join(', ');
    throw usage(`expected registers: anyone's firmware or kernel can set them; give ${variables} too, or a policy`);
  }
  return parsePolicy({ releases: [{ name: 'expected registers', measurements }] });
}

const VARIABLES = {
  mrtd: 'EXPECTED_MRTD',
  rtmr1: 'EXPECTED_RTMR_1',
  rtmr2: 'EXPECTED_RTMR_2',
  rtmr3: 'EXPECTED_RTMR_3',
} as const;

function usage(message: string): AssayError {
  return new AssayError('usage', message, { field: 'policy' });
}
