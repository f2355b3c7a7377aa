import { type Authentication, authenticateEvidence } from './authenticate.ts';
import { bind, requiredBinding } from './binding/bind.ts';
import { bindingChecks } from './binding/checks.ts';
import { eventLogChecks } from './event-log/checks.ts';
import { rollbackChecks } from './memory/checks.ts';
import { appraiseRollback, rememberEndorsements } from './memory/rollback.ts';
import type { Evidence, VerifyOptions } from './options.ts';
import { identityChecks } from './policy/checks.ts';
import { appraiseIdentity } from './policy/identity.ts';
import { parsePolicy } from './policy/parse.ts';
import type { Policy } from './policy/policy.ts';
import { sealVerdict } from './verdict/seal.ts';
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
  const nonce = options.nonce && new Uint8Array(options.nonce);
  const authentication = await authenticateEvidence(evidence, options, APPRAISAL_CHECKS);
  const { tee, endorsements, authenticated, checks, clock, findings, given } = authentication;
  if (tee === undefined || endorsements === undefined || authenticated === undefined) {
    return sealVerdict({ ...findings, checks: checks.checks });
  }
  tee.appraise(authenticated, policy, clock, checks);
  if (options.memory) await appraiseRollback(endorsements, clock, options.memory, checks);
  const measured = await measuredClaims(authentication, authenticated.claims);
  if (policy.identity !== 'any') appraiseIdentity(measured, policy, checks);
  const { statement, proof } = given;
  const bound = await bind(
    { policy, claims: measured, statement, proof, nonce, subject: options.subject, clock },
    checks,
  );
  const claims = { ...measured, keys: bound.keys, workload: bound.workload ?? measured.workload };
  const { authentic } = findings.required;
  const identity = policy.identity === 'any' ? [] : ['identity.release'];
  const required = { authentic, platform: tee.required.platform, identity, ...requiredBinding(policy) };
  const verdict = sealVerdict({ ...findings, claims, required, waived: waivedBy(policy), checks: checks.checks });
  if (options.memory && verdict.layers.authentic === 'pass')
    await rememberEndorsements(endorsements, clock, options.memory);
  return verdict;
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
