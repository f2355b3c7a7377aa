/** How a look at one precondition came out. `skip`: it does not apply here, or another one failed before it. */
export type HealthOutcome = 'pass' | 'fail' | 'skip';

/** What was seen, and what to do about it. */
export interface HealthFinding {
  readonly outcome: HealthOutcome;
  /** What was looked at and found: paths, error names, versions; never a secret. */
  readonly found: string;
  /** For `fail` only. */
  readonly remedy?: string;
}

/** One precondition of an attester, for `assay doctor`. Its id is stable: `tsm.mounted`, for example. */
export interface HealthCheck {
  readonly id: string;
  /** What must hold, one sentence. */
  readonly requires: string;
  /** Looks, and changes nothing that lasts. Never throws: what fails unexpectedly is a finding. */
  look(signal?: AbortSignal): Promise<HealthFinding>;
}
