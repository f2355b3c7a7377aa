import { type AssayError, usage } from '../errors.ts';
import type { Policy } from './policy.ts';
import { expectation, explain, fieldOf } from './problem.ts';
import { policySchema } from './schema.ts';

const MAX_DEPTH = 8;
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
  requirePlain(input, []);
  const result = policySchema.safeParse(input, { error: expectation, reportInput: true });
  if (!result.success) {
    const { path, message } = explain(result.error.issues);
    throw problemAt(path, message);
  }
  const policy = freeze(result.data);
  parsed.add(policy);
  return policy;
}

/** Refuses what the schema would pass over in silence: a key that sets a prototype. */
function requirePlain(value: unknown, path: readonly PropertyKey[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (path.length === MAX_DEPTH) throw problemAt(path, `nested deeper than ${MAX_DEPTH}`);
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') throw problemAt(path, 'unknown key `__proto__`');
    requirePlain(member, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

function problemAt(path: readonly PropertyKey[], message: string): AssayError {
  const field = fieldOf(path);
  // An unknown key has its place in the message already.
  return usage(message.startsWith('unknown key') ? message : `${field}: ${message}`, { field });
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}
