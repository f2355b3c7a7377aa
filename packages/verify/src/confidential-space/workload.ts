import type { ConfidentialSpacePolicy } from '../policy/confidential-space.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { confidentialSpaceChecks } from './checks.ts';
import { shown } from './token.ts';
import type { ContainerClaims, TokenClaims } from './token-claims.ts';

type CheckId = keyof typeof confidentialSpaceChecks;
type Allowed = readonly string[] | undefined;

/** Judges how the workload was started, where and by whom: the layer `identity`, beside releases of image digests. */
export function appraiseWorkload(said: TokenClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const { container, machine, serviceAccounts } = said;
  judgeEnvironment(container, policy, checks);
  judgeCommand(container, policy, checks);
  judgeOneOf('cs.restart-policy', container.restartPolicy, policy.restartPolicies, checks);
  judgeOneOf('cs.project', machine.projectId, policy.projectIds, checks);
  judgeOneOf('cs.zone', machine.zone, policy.zones, checks);
  judgeAccounts(serviceAccounts, policy.serviceAccounts, checks);
  judgeSignatures(
    container.signatureKeyIds,
    policy.signatureKeyIds?.map((id) => id.toLowerCase()),
    checks,
  );
}

/** Values stay out of checks: operators put secrets there, although everybody can read them in the token. */
function judgeEnvironment({ envOverride }: ContainerClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const allowed = new Map(Object.entries(policy.envOverride ?? {}));
  const refused = envOverride.flatMap(([name, value]) => {
    const wanted = allowed.get(name);
    if (wanted === undefined) return [name];
    return wanted === null || wanted === value ? [] : [`${name} (another value)`];
  });
  const detail = {
    expected: `only ${[...allowed.keys()].join(', ') || 'what the image sets'}`,
    actual: refused.length > 0 ? shown(refused.join(', ')) : `${envOverride.length} overridden`,
  };
  settle('cs.env-override', refused.length === 0, policy, checks, detail);
}

function judgeCommand({ cmdOverride }: ContainerClaims, policy: ConfidentialSpacePolicy, checks: Checklist): void {
  const wanted = policy.cmdOverride ?? [];
  const same = cmdOverride.length === wanted.length && cmdOverride.every((word, index) => word === wanted[index]);
  const detail = {
    expected: wanted.length === 0 ? 'none' : shown(wanted),
    actual: cmdOverride.length === 0 ? 'none' : shown(cmdOverride),
  };
  settle('cs.cmd-override', same || cmdOverride.length === 0, policy, checks, detail);
}

/** Whoever finds faults starts the workload in odd ways: the debug profile only points them out. */
function settle(
  id: CheckId,
  holds: boolean,
  { profile }: ConfidentialSpacePolicy,
  checks: Checklist,
  detail: { readonly expected: string; readonly actual: string },
): void {
  if (!holds && profile === 'debug') checks.warn(id, detail);
  else checks.test(id, holds, detail);
}

function judgeOneOf(id: CheckId, actual: string | undefined, allowed: Allowed, checks: Checklist): void {
  const holds = actual !== undefined && allowed?.includes(actual) === true;
  judge(id, holds, { allowed, actual: shown(actual) }, checks);
}

/** All of them act for the workload, so all of them must be known. */
function judgeAccounts(accounts: readonly string[], allowed: Allowed, checks: Checklist): void {
  const stranger = accounts.find((account) => allowed?.includes(account) !== true);
  const actual = accounts.length === 0 ? 'none' : shown(stranger ?? accounts.join(', '));
  judge('cs.service-accounts', accounts.length > 0 && stranger === undefined, { allowed, actual }, checks);
}

function judgeSignatures(keyIds: readonly string[], allowed: Allowed, checks: Checklist): void {
  const holds = keyIds.some((id) => allowed?.includes(id.toLowerCase()) === true);
  const actual = keyIds.length === 0 ? 'no signature' : shown(keyIds.join(', '));
  judge('cs.image-signature', holds, { allowed, actual }, checks);
}

/** What the policy does not name is not judged, and says so. */
function judge(
  id: CheckId,
  holds: boolean,
  { allowed, actual }: { readonly allowed: Allowed; readonly actual: string },
  checks: Checklist,
): void {
  if (allowed === undefined) checks.skip(id, 'the policy asks for none');
  else checks.test(id, holds, { expected: allowed.join(', '), actual });
}
