import { type Authentication, authenticateEvidence, conclude } from './authenticate.ts';
import { bind, checkBinding } from './binding/bind.ts';
import { bindingChecks } from './binding/checks.ts';
import { requiredBinding } from './binding/required.ts';
import { eventLogChecks } from './event-log/checks.ts';
import { rollbackChecks } from './memory/checks.ts';
import { type Evidence, nonceOf, type VerifyOptions } from './options.ts';
import { identityChecks } from './policy/checks.ts';
import { appraiseIdentity } from './policy/identity.ts';
import { parsePolicy } from './policy/parse.ts';
import type { Policy } from './policy/policy.ts';
import type { Tee } from './tee.ts';
import type { Checklist } from './verdict/checklist.ts';
import type { Claims, Verdict } from './verdict/verdict.ts';

const APPRAISAL_CHECKS = { ...eventLogChecks, ...rollbackChecks, ...identityChecks, ...bindingChecks };

/**
 * Verifies evidence: parse, authenticate, appraise under a policy. Never throws for hostile evidence or endorsements.
 *
 * @throws AssayError `usage` for mistakes of the caller: an unknown policy key, a clock that is no date.
 * @example
 * const verdict = await verify(quote, { tees: [sgx, tdx], now: new Date(), endorsements, policy, nonce });
 * if (!verdict.trusted) throw new Error(verdict.checks.find(({ outcome }) => outcome === 'fail')?.remedy);
 */
export async function verify(evidence: Uint8Array | Evidence, options: VerifyOptions): Promise<Verdict> {
  const policy = parsePolicy(options.policy);
  const nonce = nonceOf(options);
  const subject = options.subject && structuredClone(options.subject);
  checkBinding(policy, nonce, subject);
  const authentication = await authenticateEvidence(evidence, options, APPRAISAL_CHECKS);
  const { tee, endorsements, authenticated, checks, clock, findings, given } = authentication;
  if (tee === undefined || endorsements === undefined || authenticated === undefined) {
    return conclude({ ...findings, checks: checks.checks }, tee);
  }
  tee.appraise(authenticated, policy, clock, checks);
  const { memory } = options;
  // A page without a rollback memory does not load its code.
  const rollback = memory && (await import('./memory/rollback.ts'));
  if (memory) await rollback?.appraiseRollback(endorsements, clock, memory, checks);
  const measured = await measuredClaims(authentication, authenticated.claims);
  // `identity: any` waives releases, not the machines of `platforms`.
  appraiseIdentity(measured, policy, checks);
  const { statement, proof } = given;
  const bound = await bind({ policy, claims: measured, statement, proof, nonce, subject, clock }, checks);
  const { nonces, keys, workload } = bound;
  const claims = { ...measured, nonces, keys, workload: workload ?? measured.workload };
  const asked = requiredBinding(policy, nonce);
  const required = {
    authentic: findings.required.authentic,
    platform: tee.required.platform,
    identity: standingIn(tee, policy.identity === 'any' ? [] : ['identity.release'], checks),
    fresh: standingIn(tee, asked.fresh, checks),
    bound: asked.bound,
  };
  const verdict = await conclude(
    { ...findings, claims, required, waived: waivedBy(policy), checks: checks.checks },
    tee,
  );
  if (memory && verdict.layers.authentic === 'pass') await rollback?.rememberEndorsements(endorsements, clock, memory);
  return verdict;
}

/** Ids of required checks, with the TEE's own check in place of one that could not run. */
function standingIn(tee: Tee, ids: readonly string[], { checks }: Checklist): readonly string[] {
  const ran = (id: string): boolean => checks.some((check) => check.id === id && check.outcome !== 'skip');
  return ids.map((id) => {
    const own = tee.standsIn?.[id];
    return own !== undefined && !ran(id) && ran(own) ? own : id;
  });
}

function waivedBy({ identity, freshness, binding }: Policy): { identity?: string; fresh?: string; bound?: string } {
  return {
    ...(identity === 'any' && { identity: 'identity' }),
    ...(freshness === 'any' && { fresh: 'freshness' }),
    ...(binding === 'any' && { bound: 'binding' }),
  };
}

/** Claims with what a replayed event log adds to them. */
async function measuredClaims({ given, checks }: Authentication, claims: Claims): Promise<Claims> {
  const { eventLog, appCompose } = given;
  if (eventLog === undefined) {
    if (appCompose !== undefined) checks.skip('event-log.compose-hash', 'no event log came with the app-compose');
    return claims;
  }
  // Most evidence has no log: pages load its reader only when there is one.
  const { appraiseEventLog } = await import('./event-log/appraise.ts');
  const replayed = await appraiseEventLog({ eventLog, appCompose, registers: claims.measurements }, checks);
  if (replayed === undefined) return claims;
  const measurements = { ...claims.measurements, ...replayed.measurements };
  return { ...claims, measurements, workload: replayed.workload ?? claims.workload };
}
