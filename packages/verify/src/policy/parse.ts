import type { Policy } from './policy.ts';
import { read } from './read.ts';
import { policyShape } from './schema.ts';

/** Policies that came out of here: verifying many quotes under one policy checks it once. */
const parsed = new WeakSet<object>();

/**
 * Checks a policy and returns a frozen copy of it; one that it returned before comes back as it is.
 *
 * @throws AssayError `usage` that names the field: an unknown key with the one that was meant, an empty expectation, a
 * value of the wrong form, a contradiction.
 * @example parsePolicy({ releases: [{ name: '1.4', measurements: { mrenclave: 'b5e6…' } }], tcb: { graceDays: 30 } })
 */
export function parsePolicy(input: unknown): Policy {
  if (typeof input === 'object' && input !== null && parsed.has(input)) return input as Policy;
  const policy = read(policyShape, input, 'policy');
  parsed.add(policy);
  return policy;
}
