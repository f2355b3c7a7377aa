import {
  AssayError,
  type AuthenticateOptions,
  authenticate,
  type Evidence,
  type Policy,
  type RawEndorsements,
  type Verdict,
  type VerifyOptions,
  verify,
} from '@assay/verify';
import type { Subject } from '@assay/verify/binding';
import type { Bundle } from '@assay/verify/bundle';
import { fromHex, parseJsonObject } from '@assay/verify/codec';
import { malformedEvidence } from '@assay/verify/evidence';
import { parsePolicy } from '@assay/verify/policy';
import type { Given } from '../evidence/gather.ts';
import { TEES } from '../evidence/tees.ts';
import type { Settings } from './settings.ts';

/** What goes with evidence that came in files of its own; it goes before what the evidence brought along. */
export interface Companions {
  readonly endorsements?: RawEndorsements | undefined;
  readonly eventLog?: Uint8Array | undefined;
  readonly appCompose?: Uint8Array | undefined;
}

/** A verdict with what it was made from. */
export interface Judged {
  readonly verdict: Verdict;
  /** The instant judged. */
  readonly at: Date;
  /** True when the reader chose the instant. */
  readonly chosen: boolean;
  readonly genuine: boolean;
  /** Set when the verdict is one on a bundle's own terms: whether it is the recorded one. */
  readonly replay?: { readonly reproduces: boolean };
  /** Undefined where the evidence does not parse. */
  readonly evidence: Evidence | undefined;
  readonly endorsements: RawEndorsements;
  /** The policy that the reader wrote; that of the options may be completed for this one piece of evidence. */
  readonly written: Policy;
  readonly options: Pick<
    VerifyOptions,
    'policy' | 'nonce' | 'subject' | 'roots' | 'allowSimulated' | 'clockSkewSeconds'
  >;
}

/** Seconds by which clocks may differ when the instant is the present. */
const CLOCK_SKEW = 60;

/** Judges evidence as the settings say. Throws `usage`, naming the setting, when one of them is wrong. */
export async function judge(given: Given, companions: Companions, settings: Settings, now: Date): Promise<Judged> {
  if (settings.recorded && 'bundle' in given && given.bundle) return replayed(given.bundle);
  const chosen = settings.at !== '';
  const at = chosen ? parseInstant(settings.at) : now;
  const written = settings.policy.trim() === '' ? {} : readPolicy(settings.policy);
  const policy = completed(written, given, settings);
  const subject = subjectOf(given, settings, policy);
  const options = {
    policy,
    clockSkewSeconds: chosen ? 0 : CLOCK_SKEW,
    ...(settings.roots.length > 0 && {
      roots: settings.roots.map(({ der }) => der),
      allowSimulated: settings.allowSimulated,
    }),
    ...(settings.nonce !== '' && { nonce: hexOf(settings.nonce, 'nonce') }),
    ...(subject && { subject }),
  };
  const common = { at, chosen, genuine: settings.genuine, written, options };
  if ('malformed' in given) {
    return { ...common, verdict: malformedEvidence(given.malformed), evidence: undefined, endorsements: {} };
  }
  const { endorsements = given.evidence.endorsements ?? {}, eventLog, appCompose } = companions;
  const evidence = {
    ...given.evidence,
    ...(eventLog && { eventLog }),
    ...(appCompose && { appCompose }),
  };
  const trust: AuthenticateOptions = { tees: TEES, now: at, endorsements, ...options };
  const verdict = settings.genuine
    ? await authenticate(evidence, trust)
    : await verify(evidence, { ...options, ...trust });
  return { ...common, verdict: await timed(verdict, given, { at, now, chosen }), evidence, endorsements };
}

/** Judges a bundle on its maker's terms: shows that the record is right, and trusts nothing. Throws `malformed`. */
async function replayed(bundle: Bundle): Promise<Judged> {
  const { replayBundle } = await import('@assay/verify/bundle');
  const { evidence, record } = bundle;
  const { verdict, reproduces, reason } = await replayBundle(bundle, (one, recorded) =>
    verify(one, { tees: TEES, ...recorded }),
  );
  if (verdict === null) throw new AssayError('malformed', `the record does not hold: ${reason}`, { field: 'record' });
  const { nonce, subject } = record;
  return {
    verdict,
    at: new Date(record.instant * 1000),
    chosen: true,
    genuine: false,
    replay: { reproduces },
    evidence,
    endorsements: evidence.endorsements ?? {},
    written: {},
    options: { policy: {}, ...(nonce && { nonce }), ...(subject && { subject }) },
  };
}

/** A past instant needs somebody's word that a bundle existed then. */
async function timed(
  verdict: Verdict,
  given: Given,
  { at, now, chosen }: { readonly at: Date; readonly now: Date; readonly chosen: boolean },
): Promise<Verdict> {
  if (!('bundle' in given) || given.bundle === undefined || !chosen || at >= now) return verdict;
  const { withTime } = await import('@assay/verify/bundle');
  return withTime(verdict, given.bundle, { at });
}

/**
 * A policy with what it leaves open: report data that are expected beside it, or, for an answer of a server, the `/info`
 * that was received.
 */
function completed(written: Policy, { answered }: Given, { reportData }: Settings): Policy {
  if (reportData !== '' && typeof written.binding !== 'object') {
    return parsePolicy({ ...written, binding: { profile: 'raw' } });
  }
  if (answered === undefined || written.binding !== undefined) return written;
  const { infoSha256 } = answered;
  const claims = infoSha256 === undefined ? {} : { claims: { infoSha256 } };
  return parsePolicy({ ...written, binding: { profile: 'assay/1-batch', type: 'attestation', ...claims } });
}

/** A policy from JSON. Throws `usage` that names the field. */
export function readPolicy(text: string): Policy {
  try {
    return parsePolicy(parseJsonObject(text, 'policy'));
  } catch (error) {
    if (!(error instanceof AssayError) || error.code === 'usage') throw error;
    throw usage('policy', `${error.message}; this page reads policies as JSON, \`assay verify\` also as YAML`);
  }
}

function subjectOf(given: Given, { reportData }: Settings, { binding }: Policy): Subject | undefined {
  const profile = typeof binding === 'object' ? binding.profile : undefined;
  const certificate = 'certificate' in given && profile === 'ratls-cert' ? given.certificate : undefined;
  if (reportData === '' && certificate === undefined) return undefined;
  return {
    ...(reportData !== '' && { reportData: hexOf(reportData, 'report data') }),
    ...(certificate && { certificate }),
  };
}

/** Bytes of hexadecimal, with or without 0x and spaces. Throws `usage`. */
function hexOf(text: string, field: string): Uint8Array {
  try {
    return fromHex(text.replace(/\s+/g, '').replace(/^0x/i, ''), field);
  } catch (error) {
    throw error instanceof AssayError ? usage(field, error.message) : error;
  }
}

/** An instant in ISO 8601; without an offset it is UTC. Throws `usage`. */
export function parseInstant(text: string): Date {
  const trimmed = text.trim();
  const complete = /^\d{4}-\d\d-\d\d$/.test(trimmed) ? `${trimmed}T00:00:00Z` : trimmed;
  const date = new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(complete) ? complete : `${complete}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(complete) || Number.isNaN(date.getTime())) {
    throw usage('instant', `instant: expected a time such as 2026-01-31T12:00:00Z, found ${trimmed.slice(0, 40)}`);
  }
  return date;
}

function usage(field: string, message: string): AssayError {
  return new AssayError('usage', message, { field });
}
