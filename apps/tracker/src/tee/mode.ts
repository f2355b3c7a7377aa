import { AssayError } from '@assay/verify';

/** How a tracker uses its TEE. */
export const TEEMode = {
  /** Not at all: ordinary keys, no attestation. */
  DISABLED: 'disabled',
  /** Keys come from the TEE, and attestation is to be had. */
  ENABLED: 'enabled',
  /** Attestation is to be had; keys come from the TEE where that is asked for, so that both can be measured. */
  BENCHMARK: 'benchmark',
} as const;

/** One of the modes. */
export type TEEMode = (typeof TEEMode)[keyof typeof TEEMode];

const MODES: readonly string[] = Object.values(TEEMode);

let usual: TEEMode = TEEMode.DISABLED;

/** Sets the mode of every manager that has none of its own, those that exist already included. Throws `usage`. */
export function setTeeMode(mode: TEEMode): void {
  usual = teeModeOf(mode, 'mode');
}

/** The mode of managers that have none of their own. */
export function usualTeeMode(): TEEMode {
  return usual;
}

/** The mode of this name. Throws `usage`, naming the field, for any other. */
export function teeModeOf(value: unknown, field: string): TEEMode {
  if (isTeeMode(value)) return value;
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value;
  throw new AssayError('usage', `${field}: expected one of ${MODES.join(', ')}, found ${found}`, { field });
}

function isTeeMode(value: unknown): value is TEEMode {
  return typeof value === 'string' && MODES.includes(value);
}
