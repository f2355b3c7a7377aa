import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const BOUND: CheckDefinition = { layer: 'bound' };
const BOUND_BY_CALLER: CheckDefinition = { layer: 'bound', authority: 'caller' };
const FRESH_BY_CALLER: CheckDefinition = { layer: 'fresh', authority: 'caller' };
const FRESH_BY_ATTESTER_CLOCK: CheckDefinition = { layer: 'fresh', authority: 'attester-clock' };

/** Checks that tie evidence to a statement, to what the relying party saw, and to the present. */
export const bindingChecks = {
  'binding.batch.proof': BOUND,
  'binding.batch.size': BOUND,
  'binding.batch.index': BOUND,
  'binding.batch.path': BOUND,
  'binding.statement': BOUND,
  'binding.canonical': BOUND,
  'binding.form': BOUND,
  'binding.nonces': BOUND,
  'binding.type': BOUND,
  'binding.audience': BOUND,
  'binding.subject': BOUND_BY_CALLER,
  'fresh.nonce': FRESH_BY_CALLER,
  'fresh.age': FRESH_BY_ATTESTER_CLOCK,
} as const satisfies Catalogue;
