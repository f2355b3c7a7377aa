import type { UnixSeconds } from './codec/time.ts';
import type { EndorsementFamily, EndorsementSource, Endorsements } from './endorsements/handle.ts';
import type { RawEndorsements } from './endorsements/raw.ts';
import type { Policy } from './policy/policy.ts';
import type { Catalogue } from './verdict/check.ts';
import type { Checklist } from './verdict/checklist.ts';
import type { Explanations } from './verdict/explain.ts';
import type { Claims, Tcb, TeeName } from './verdict/verdict.ts';

/** The instant of an appraisal and the tolerance around it. */
export interface Clock {
  readonly now: UnixSeconds;
  /** Seconds by which clocks may differ. */
  readonly skew: number;
}

/** What the caller trusts besides the vendors' pinned keys. */
export interface Trust {
  /** DER of root certificates that the caller vouches for; whatever they anchor is `simulated`. */
  readonly roots: readonly Uint8Array[];
}

/** Evidence that has its form, and nothing more. */
export interface Parsed {
  readonly claims: Claims;
}

/** What authentication found. Members are null where checks failed before they were known. */
export interface Authenticated {
  /** The parsed evidence's claims, completed by what endorsements say (platform ids, for example). */
  readonly claims: Claims;
  readonly tcb: Tcb | null;
  readonly simulated: boolean;
  readonly validity: { readonly notBefore: UnixSeconds; readonly notAfter: UnixSeconds } | null;
}

/** How one vendor's endorsements are authenticated. Shared by the TEEs that use them. */
export interface EndorsementVerifier {
  readonly family: EndorsementFamily;
  /** Checks signatures once. Hostile input never throws: what is wrong is in the handle and fails each use. */
  authenticate(raw: RawEndorsements, options: EndorsementOptions): Promise<Endorsements>;
}

/** Options of `authenticateEndorsements`. */
export interface EndorsementOptions extends Trust {
  readonly source: EndorsementSource;
}

/** One TEE: what `verify` needs to know of it. Passed in by the caller, so that others are not bundled. */
export interface Tee<P extends Parsed = Parsed, A extends Authenticated = Authenticated> {
  readonly name: TeeName;
  readonly endorsements: EndorsementVerifier;
  readonly checks: Catalogue;
  /** What the checks mean: loaded when one is in trouble. */
  explanations(): Promise<Explanations>;
  /** Checks without which the layers `authentic` and `platform` cannot pass. */
  readonly required: { readonly authentic: readonly string[]; readonly platform: readonly string[] };
  /** Checks of this TEE that answer the question of a shared one when that had nothing to go by: shared id → own id. */
  readonly standsIn?: Readonly<Record<string, string>>;
  /** A cheap look at the first bytes. */
  recognises(evidence: Uint8Array): boolean;
  /** Parses; each numbered check of the form is recorded. Undefined when a check failed. Never throws for any bytes. */
  parse(evidence: Uint8Array, checks: Checklist): P | undefined;
  /** Checks chains, signatures, revocation, dates and the TCB level: the layer `authentic`. */
  authenticate(parsed: P, endorsements: Endorsements, clock: Clock, checks: Checklist): Promise<A>;
  /** Judges what the vendor leaves to the relying party: the layer `platform`. */
  appraise(authenticated: A, policy: Policy, clock: Clock, checks: Checklist): void;
}

/** True for something that can be passed as a TEE. */
export function isTee(value: unknown): value is Tee {
  const family: EndorsementFamily | undefined = (value as Partial<Tee> | undefined)?.endorsements?.family;
  return family !== undefined;
}
