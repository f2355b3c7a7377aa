import { toHex } from '../codec/hex.ts';
import type { JsonObject } from '../codec/json.ts';
import { usage } from '../errors.ts';
import type { BindingPolicy, BindingProfile, Policy } from '../policy/policy.ts';
import type { Clock } from '../tee.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { ClaimedKey, Claims } from '../verdict/verdict.ts';
import { bindingChecks } from './checks.ts';
import { checkNonce, isAmong, judgeFreshness, type Shown } from './freshness.ts';
import { testSubject } from './named.ts';
import type { Expected } from './profiles/expectation.ts';
import { type Attached, findStatement } from './said.ts';
import type { Statement } from './statement.ts';
import { checkSubject, type Subject } from './subject.ts';

const STATEMENTS: readonly BindingProfile[] = ['assay/1', 'assay/1-batch'];
const STATEMENT = ['binding.statement', 'binding.canonical', 'binding.form', 'binding.type', 'binding.audience'];
const BATCH = ['binding.batch.proof', 'binding.batch.size', 'binding.batch.index', 'binding.batch.path'];

/** What binding needs of one appraisal. `claims` mean something only if the evidence is authentic. */
export interface BindInput extends Attached {
  readonly policy: Policy;
  readonly claims: Claims;
  /** The relying party's own challenge, 16 to 64 bytes. */
  readonly nonce?: Uint8Array | undefined;
  readonly subject?: Subject | undefined;
  readonly clock: Clock;
}

/** What bound evidence adds to a verdict's claims. */
export interface Bound {
  readonly nonces: readonly string[];
  readonly keys: readonly ClaimedKey[];
  /** The claims of the statement; null without one. */
  readonly workload: JsonObject | null;
}

/**
 * Judges the layers `bound` and `fresh`. The policy chooses the profile: `any` and a policy without binding record
 * nothing for `bound`, but a statement that is in the evidence by either of Assay's own profiles still shows its nonce.
 * Throws `usage` for a nonce or subject of the wrong form; evidence never makes it throw.
 */
export async function bind(input: BindInput, checks: Checklist): Promise<Bound> {
  const { policy, claims, nonce, subject = {}, clock } = input;
  const { binding } = policy;
  checkBinding(policy, nonce, subject);
  if (typeof binding !== 'object') {
    const profile = input.proof === undefined ? 'assay/1' : 'assay/1-batch';
    const statement = await findStatement(profile, input, claims, new Checklist(bindingChecks));
    const missing = input.statement === undefined ? 'no statement' : 'the statement is not in the evidence';
    const shown = statement ? shownBy(statement, claims, profile) : shownByToken(claims, missing);
    judgeFreshness(policy, nonce, clock, shown, checks);
    return statement ? boundBy(statement, claims) : boundByNothing(claims);
  }
  const { profile } = binding;
  if (profile === 'assay/1' || profile === 'assay/1-batch') {
    const statement = await findStatement(profile, input, claims, checks);
    const shown = statement
      ? shownBy(statement, claims, profile)
      : { nonce: 'the statement was refused', issuedAt: 'the statement was refused' };
    if (statement) judgeStatement(statement, binding, subject, checks);
    judgeFreshness(policy, nonce, clock, shown, checks);
    return statement ? boundBy(statement, claims) : boundByNothing(claims);
  }
  // Other systems' profiles are loaded when a policy chooses one.
  const { bindForeign } = await import('./profiles/foreign.ts');
  const expected = await bindForeign(profile, subject, claims, checks);
  if (binding.audience !== undefined && claims.reportData !== null) {
    checks.fail('binding.audience', { expected: binding.audience, actual: `the profile ${profile} carries none` });
  }
  judgeFreshness(policy, nonce, clock, shownByForeign(profile, expected, input), checks);
  return { ...boundByNothing(claims), keys: expected?.keys ?? [] };
}

/** Throws `usage` for what only the caller can get wrong: the nonce's length, or a subject that the profile ignores. */
export function checkBinding({ binding }: Policy, nonce: Uint8Array | undefined, subject: Subject = {}): void {
  checkNonce(nonce);
  if (typeof binding !== 'object') return;
  const { profile, claims } = binding;
  checkSubject(profile, subject);
  if (claims === undefined || STATEMENTS.includes(profile)) return;
  throw usage(`binding.claims: the profile ${profile} has no claims`, { field: 'binding.claims' });
}

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

function judgeStatement(statement: Statement, policy: BindingPolicy, subject: Subject, checks: Checklist): void {
  if (policy.type === undefined) checks.skip('binding.type', 'the policy names no type');
  else checks.test('binding.type', statement.type === policy.type, { expected: policy.type, actual: statement.type });
  // An audience that nobody expects means that the statement was made for somebody else.
  const audience = policy.audience ?? null;
  const detail = { expected: audience ?? 'nobody in particular', actual: statement.aud ?? 'nobody in particular' };
  checks.test('binding.audience', statement.aud === audience, detail);
  if (checks.hasFailed('binding.type')) checks.skip('binding.subject', 'the statement is of another type');
  else testSubject(statement, subject, policy, checks);
}

/** A statement's nonce. A token made for one statement also holds the nonce itself, beside the statement's hash. */
function shownBy(statement: Statement, claims: Claims, profile: 'assay/1' | 'assay/1-batch'): Shown {
  const { nonces, reportData } = claims;
  const beside = reportData === null && profile === 'assay/1';
  return {
    nonce: (nonce) => {
      const named = statement.nonce === toHex(nonce);
      const actual = statement.nonce ?? 'a statement without nonce';
      if (named && beside && !isAmong(nonces, nonce))
        return { holds: false, actual: `not beside: ${nonces.join(', ')}` };
      return { holds: named, actual };
    },
    issuedAt: statement.issuedAt,
  };
}

/** Tokens show nonces without a statement too. */
function shownByToken({ nonces, reportData }: Claims, missing: string): Shown {
  const isToken = reportData === null && nonces.length > 0;
  const nonce: Shown['nonce'] = (value) => ({ holds: isAmong(nonces, value), actual: nonces.join(', ') });
  return { nonce: isToken ? nonce : missing, issuedAt: missing };
}

/** A nonce that the relying party itself put at the start of what it had quoted. */
function shownByForeign(profile: string, expected: Expected | undefined, input: BindInput): Shown {
  const { nonce, claims } = input;
  const issuedAt = `the profile ${profile} carries no time`;
  if (expected?.chosen === undefined || nonce === undefined) {
    return { ...shownByToken(claims, `the profile ${profile} shows none here`), issuedAt };
  }
  const start = toHex(expected.chosen.subarray(0, nonce.length));
  if (start !== toHex(nonce)) return { nonce: 'what was quoted does not start with the nonce', issuedAt };
  return { nonce: () => ({ holds: true, actual: start }), issuedAt };
}

function boundBy(statement: Statement, { nonces }: Claims): Bound {
  const all = statement.nonce === null ? nonces : [...new Set([...nonces, statement.nonce])];
  return { nonces: all, keys: statement.keys, workload: statement.claims };
}

function boundByNothing({ nonces, keys }: Claims): Bound {
  return { nonces, keys, workload: null };
}
