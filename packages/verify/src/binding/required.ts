import type { BindingProfile, Policy } from '../policy/policy.ts';

const STATEMENT = ['binding.statement', 'binding.canonical', 'binding.form', 'binding.type', 'binding.audience'];
const BATCH = ['binding.batch.proof', 'binding.batch.size', 'binding.batch.index', 'binding.batch.path'];

/**
 * Checks without which the layers `fresh` and `bound` cannot pass under the policy; none where it waives or omits one.
 * Whoever asked with a nonce wants to see it, also where the policy judges age.
 */
export function requiredBinding(
  { freshness, binding }: Policy,
  nonce?: Uint8Array,
): { readonly fresh: readonly string[]; readonly bound: readonly string[] } {
  const byNonce = freshness === undefined || nonce !== undefined ? ['fresh.nonce'] : [];
  const byAge = freshness === undefined ? [] : ['fresh.age'];
  const fresh = freshness === 'any' ? [] : [...byNonce, ...byAge];
  return { fresh, bound: typeof binding === 'object' ? [...stepsOf(binding.profile), 'binding.subject'] : [] };
}

function stepsOf(profile: BindingProfile): readonly string[] {
  if (profile === 'assay/1') return STATEMENT;
  return profile === 'assay/1-batch' ? [...BATCH, ...STATEMENT] : [];
}
