import type { BatchProof } from './binding/batch.ts';
import type { Subject } from './binding/subject.ts';
import { secondsOf } from './codec/time.ts';
import type { Endorsements } from './endorsements/handle.ts';
import type { RawEndorsements } from './endorsements/raw.ts';
import { usage } from './errors.ts';
import type { RollbackMemory } from './memory/rollback.ts';
import type { Policy } from './policy/policy.ts';
import { type Clock, isTee, type Tee } from './tee.ts';

/** Evidence with what belongs to it: an envelope's content. Members are hints until checked. */
export interface Evidence {
  /** Raw quote, report or token. */
  readonly evidence: Uint8Array;
  /** The statement whose digest the evidence carries, as received. */
  readonly statement?: Uint8Array | undefined;
  /** The statement's place in a batch. */
  readonly proof?: BatchProof | undefined;
  /** dstack's event log (JSON) or a CCEL, as received. */
  readonly eventLog?: Uint8Array | undefined;
  /** dstack's app-compose.json, as received. */
  readonly appCompose?: Uint8Array | undefined;
  /** Endorsements that came along ("stapled"). The caller's own go first. */
  readonly endorsements?: RawEndorsements | undefined;
}

/** Options of `authenticate`. */
export interface AuthenticateOptions {
  /** The TEEs to recognise: `[sgx, tdx]`, for example. */
  readonly tees: readonly Tee[];
  /** The instant of the appraisal. */
  readonly now: Date;
  /** Seconds by which the vendor's clock may differ. Default 0; 60 is usual where `now` is the present. */
  readonly clockSkewSeconds?: number | undefined;
  /** Endorsements, or a handle from `authenticateEndorsements`. */
  readonly endorsements?: RawEndorsements | Endorsements | undefined;
  /** DER of root certificates that the caller vouches for. What they anchor is simulated. */
  readonly roots?: readonly Uint8Array[] | undefined;
  /** Accepts simulated evidence. */
  readonly allowSimulated?: boolean | undefined;
}

/** Options of `verify`. */
export interface VerifyOptions extends AuthenticateOptions {
  readonly policy: Policy;
  /** The relying party's own nonce, 16 to 64 bytes. */
  readonly nonce?: Uint8Array | undefined;
  /** What the relying party saw itself. */
  readonly subject?: Subject | undefined;
  /** Remembers the newest endorsements seen. */
  readonly memory?: RollbackMemory | undefined;
}

/** The caller's options, checked. Throws `usage` for the caller's own mistakes. */
export function clockOf(options: AuthenticateOptions): Clock {
  const { tees, now, clockSkewSeconds = 0, endorsements = {}, roots = [] } = options;
  if (!Array.isArray(tees) || tees.length === 0 || !tees.every(isTee)) {
    throw usage('tees: pass at least one TEE, for example [sgx, tdx]', { field: 'tees' });
  }
  if (!Number.isInteger(clockSkewSeconds) || clockSkewSeconds < 0 || clockSkewSeconds > 3600) {
    throw usage('clockSkewSeconds: expected 0 to 3600', { field: 'clockSkewSeconds' });
  }
  if (typeof endorsements !== 'object' || endorsements === null) {
    throw usage('endorsements: expected an object or a handle', { field: 'endorsements' });
  }
  if (!Array.isArray(roots) || !roots.every((root) => root instanceof Uint8Array)) {
    throw usage('roots: expected certificates in DER; `fromPem` reads PEM', { field: 'roots' });
  }
  return { now: secondsOf(now), skew: clockSkewSeconds };
}

/** A copy of the caller's nonce. Throws `usage` for anything but bytes: a number would become so many zeros. */
export function nonceOf({ nonce }: VerifyOptions): Uint8Array | undefined {
  if (nonce === undefined) return undefined;
  if (!(nonce instanceof Uint8Array)) throw usage('nonce: expected bytes', { field: 'nonce' });
  return new Uint8Array(nonce);
}

/** A copy of the evidence, so that the caller's later writes change nothing. Not by `slice`: Node's Buffer shares its memory. */
export function snapshot(evidence: Uint8Array | Evidence): Evidence {
  const given = evidence instanceof Uint8Array ? { evidence } : evidence;
  if (!(given?.evidence instanceof Uint8Array)) throw usage('evidence: expected bytes', { field: 'evidence' });
  return {
    ...given,
    evidence: new Uint8Array(given.evidence),
    statement: given.statement && new Uint8Array(given.statement),
    eventLog: given.eventLog && new Uint8Array(given.eventLog),
    appCompose: given.appCompose && new Uint8Array(given.appCompose),
    proof: given.proof && structuredClone(given.proof),
  };
}
