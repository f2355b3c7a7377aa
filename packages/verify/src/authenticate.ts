import { toIso } from './codec/time.ts';
import { type Endorsements, isHandle } from './endorsements/handle.ts';
import { type AuthenticateOptions, clockOf, type Evidence, snapshot } from './options.ts';
import type { Authenticated, Clock, Tee } from './tee.ts';
import type { Catalogue } from './verdict/check.ts';
import { Checklist } from './verdict/checklist.ts';
import { explain, isTroubled } from './verdict/explain.ts';
import { type Findings, sealVerdict } from './verdict/seal.ts';
import { trustChecks } from './verdict/trust-checks.ts';
import type { Verdict } from './verdict/verdict.ts';

/** What authentication leaves for appraisal; `authenticated` is missing when the evidence has no form. */
export interface Authentication {
  readonly given: Evidence;
  readonly clock: Clock;
  readonly checks: Checklist;
  readonly tee: Tee | undefined;
  readonly endorsements: Endorsements | undefined;
  readonly authenticated: Authenticated | undefined;
  /** Everything of the verdict that is known by now. */
  readonly findings: Omit<Findings, 'checks'>;
}

const NONE = { platform: [], identity: [], fresh: [], bound: [] } as const;

/**
 * Asks only whether evidence is genuine and how current its platform is: parse and authenticate, no policy.
 * The other layers stay unchecked, so `trusted` is always false. Never throws for hostile evidence.
 *
 * @throws AssayError `usage` for mistakes of the caller, such as a clock that is no date.
 * @example
 * const { layers, tcb } = await authenticate(quote, { tees: [sgx, tdx], now: new Date(), endorsements });
 * if (layers.authentic === 'pass') console.log(tcb?.status);
 */
export async function authenticate(evidence: Uint8Array | Evidence, options: AuthenticateOptions): Promise<Verdict> {
  const { findings, checks, tee } = await authenticateEvidence(evidence, options, {});
  return conclude({ ...findings, checks: checks.checks }, tee);
}

/** Seals a verdict. What to do about trouble is loaded when there is trouble: most pages never need the texts. */
export async function conclude(findings: Findings, tee: Tee | undefined): Promise<Verdict> {
  if (!findings.checks.some(isTroubled)) return sealVerdict(findings);
  const { sharedExplanations } = await import('./shared-explanations.ts');
  const explanations = { ...sharedExplanations, ...(await tee?.explanations()) };
  return sealVerdict({ ...findings, checks: explain(findings.checks, explanations) });
}

/** Parses and authenticates with a checklist that appraisal can go on with. `more`: the checks of appraisal. */
export async function authenticateEvidence(
  evidence: Uint8Array | Evidence,
  options: AuthenticateOptions,
  more: Catalogue,
): Promise<Authentication> {
  const clock = clockOf(options);
  const given = snapshot(evidence);
  const tee = options.tees.find((candidate) => candidate.recognises(given.evidence));
  const checks = new Checklist(catalogueOf(tee, more));
  checks.test('evidence.recognised', tee !== undefined, { actual: `${given.evidence.length} bytes` });
  const parsed = tee?.parse(given.evidence, checks);
  const nothing = {
    tee: tee?.name ?? null,
    simulated: false,
    tcb: null,
    claims: null,
    validity: null,
    required: { authentic: ['evidence.recognised'], ...NONE },
    waived: {},
  };
  if (tee === undefined || parsed === undefined) {
    return { given, clock, checks, tee, endorsements: undefined, authenticated: undefined, findings: nothing };
  }
  const endorsements = await handleOf(tee, given, options);
  checks.test('endorsements.family', endorsements.family === tee.endorsements.family, {
    expected: tee.endorsements.family,
    actual: endorsements.family,
  });
  const authenticated = await tee.authenticate(parsed, endorsements, clock, checks);
  const { simulated, tcb, claims, validity } = authenticated;
  const anchor = { expected: "the vendor's", actual: simulated ? "the caller's" : "the vendor's" };
  checks.test('trust.simulated', !simulated || options.allowSimulated === true, anchor);
  const findings = {
    tee: tee.name,
    simulated,
    tcb,
    claims,
    validity: validity && { notBefore: toIso(validity.notBefore), notAfter: toIso(validity.notAfter) },
    required: { ...NONE, authentic: [...Object.keys(trustChecks), ...tee.required.authentic] },
    waived: {},
  };
  return { given, clock, checks, tee, endorsements, authenticated, findings };
}

async function handleOf(tee: Tee, given: Evidence, options: AuthenticateOptions): Promise<Endorsements> {
  const { endorsements, roots = [] } = options;
  if (endorsements !== undefined && isHandle(endorsements)) return endorsements;
  const source = endorsements === undefined ? 'stapled' : 'caller';
  return tee.endorsements.authenticate(endorsements ?? given.endorsements ?? {}, { roots, source });
}

const catalogues = new WeakMap<Catalogue, WeakMap<Catalogue, Catalogue>>();

/** Merging catalogues on each call would cost more than parsing a quote. */
function catalogueOf(tee: Tee | undefined, more: Catalogue): Catalogue {
  const own = tee?.checks ?? trustChecks;
  const merged = catalogues.get(own)?.get(more);
  if (merged !== undefined) return merged;
  const catalogue = { ...trustChecks, ...own, ...more };
  const known = catalogues.get(own) ?? new WeakMap<Catalogue, Catalogue>();
  catalogues.set(own, known.set(more, catalogue));
  return catalogue;
}
