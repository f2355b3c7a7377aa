import type { JsonObject } from '../codec/json.ts';
import { type AssayError, usage } from '../errors.ts';
import type { BindingPolicy, BindingProfile, Policy } from '../policy/policy.ts';
import type { Clock } from '../tee.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { ClaimedKey, Claims } from '../verdict/verdict.ts';
import { bindingChecks } from './checks.ts';
import { checkNonce, judgeFreshness } from './freshness.ts';
import { testSubject } from './named.ts';
import { type Attached, findStatement } from './said.ts';
import { shownBy, shownByForeign, shownByToken } from './shown.ts';
import type { Statement } from './statement.ts';
import { checkSubject, type Subject } from './subject.ts';

const STATEMENTS: readonly BindingProfile[] = ['assay/1', 'assay/1-batch'];

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
  judgeFreshness(policy, nonce, clock, shownByForeign(profile, expected, nonce, claims), checks);
  return { ...boundByNothing(claims), keys: expected?.keys ?? [] };
}

/** Throws `usage` for what only the caller can get wrong: the nonce's length, or a nonce or subject that nothing would use. */
export function checkBinding(
  { freshness, binding }: Policy,
  nonce: Uint8Array | undefined,
  subject: Subject = {},
): void {
  checkNonce(nonce);
  if (freshness === 'any' && nonce !== undefined) throw overlooked('nonce', 'freshness');
  const given = Object.values(subject).some((member) => member !== undefined);
  if (binding === 'any' && given) throw overlooked('subject', 'binding');
  if (typeof binding !== 'object') return;
  const { profile, claims } = binding;
  checkSubject(profile, subject);
  if (claims === undefined || STATEMENTS.includes(profile)) return;
  throw usage(`binding.claims: the profile ${profile} has no claims`, { field: 'binding.claims' });
}

/** Whoever names what to compare wants it compared. */
function overlooked(field: 'nonce' | 'subject', waived: 'freshness' | 'binding'): AssayError {
  return usage(`${field}: the policy says \`${waived}: any\`, which compares nothing: give one of them`, { field });
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

function boundBy(statement: Statement, { nonces }: Claims): Bound {
  const all = statement.nonce === null ? nonces : [...new Set([...nonces, statement.nonce])];
  return { nonces: all, keys: statement.keys, workload: statement.claims };
}

function boundByNothing({ nonces, keys }: Claims): Bound {
  return { nonces, keys, workload: null };
}
