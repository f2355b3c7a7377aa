/** The five questions a verdict answers, in order. */
export type Layer = 'authentic' | 'platform' | 'identity' | 'fresh' | 'bound';

/** Whose word a check rests on. */
export type Authority = 'intel' | 'amd' | 'google' | 'dstack' | 'attester-clock' | 'caller';

/** What became of one check. Only `pass` counts for trust; `skip` says that its input was missing or refused before. */
export type CheckOutcome = 'pass' | 'fail' | 'warn' | 'skip';

/** A check's fixed part. What it means, and what to do about it, is in `Explanations`. */
export interface CheckDefinition {
  readonly layer: Layer;
  readonly authority?: Authority;
}

/** Check ids with their definitions. Ids are stable: scripts and policies may rely on them. */
export type Catalogue = Readonly<Record<string, CheckDefinition>>;

/** What a check found; `intelStatus` and `remedy` replace the usual ones where one check has several. */
export interface CheckDetail {
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
  readonly authority?: Authority | undefined;
  readonly intelStatus?: string | undefined;
  readonly remedy?: string | undefined;
}

/** One check as it stands in a verdict. */
export interface Check extends CheckDetail {
  readonly id: string;
  readonly layer: Layer;
  readonly outcome: CheckOutcome;
}
