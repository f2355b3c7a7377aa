import type { ClaimedKey } from '@assay/verify';
import type { Envelope } from '@assay/verify/evidence';
import type { HealthCheck } from './health.ts';

/** Where evidence can come from. */
export type AttesterName = 'tsm' | 'dstack' | 'gramine' | 'confidential-space' | 'proxy' | 'software';

/** What evidence is asked for. */
export interface EvidenceRequest {
  /** Exactly 64 bytes. A token, which has no report data, carries their hash (`tokenNonce`) among its nonces. */
  readonly reportData: Uint8Array;
  /** The challenger's own nonces beside it; tokens only. */
  readonly nonces?: readonly string[] | undefined;
  /** Whom a token is for; tokens only. */
  readonly audience?: string | undefined;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What a statement is to name that somebody else makes: its claims are the maker's own. */
export interface StatementQuestion {
  /** The challenger's 16 to 64 bytes, lower-case hex; null when nobody asked. */
  readonly nonce: string | null;
  readonly aud: string | null;
  /** Keys whose private halves never leave this workload. */
  readonly keys: readonly ClaimedKey[];
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Whether an attester can work here, and what it looked at to know. */
export interface Detection {
  readonly available: boolean;
  /** One line for each place looked at, such as `/var/run/dstack.sock: no such file`. */
  readonly looked: readonly string[];
}

/**
 * A source of evidence about the machine it runs on. Evidence that it returns was checked to carry the report data that
 * were asked for: on refusal it throws `AssayError` with the code `unavailable` (the platform failed: try again, or do
 * what the message says) or `usage` (the request is wrong).
 */
export interface Attester {
  readonly name: AttesterName;
  /** Looks whether it can work here. Never throws; makes no evidence and changes nothing that lasts. */
  detect(signal?: AbortSignal): Promise<Detection>;
  /** Evidence with the given report data, in an envelope that has what belongs to it (event log, app-compose). */
  evidence(request: EvidenceRequest): Promise<Envelope>;
  /**
   * Evidence of a statement that a neighbour makes who alone speaks for this machine; only where one does, who then gives
   * no evidence for report data of this workload's choice. `issueStatement` asks here first.
   */
  readonly statement?: ((question: StatementQuestion) => Promise<Envelope>) | undefined;
  /** What `assay doctor` looks at when this attester does not work. */
  readonly health: readonly HealthCheck[];
}
