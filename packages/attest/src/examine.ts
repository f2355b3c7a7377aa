import type { Attester, AttesterName } from './attester.ts';
import type { HealthCheck, HealthFinding } from './health.ts';

/** One precondition as it was found. */
export interface ExaminedCheck extends HealthFinding {
  readonly id: string;
  readonly requires: string;
}

/** One attester as it was found. */
export interface Examination {
  readonly name: AttesterName;
  readonly available: boolean;
  /** What detection looked at. */
  readonly looked: readonly string[];
  readonly checks: readonly ExaminedCheck[];
}

/** Looks at everything that an attester needs. Never throws: what fails unexpectedly is a finding. */
export async function examine(attester: Attester, signal?: AbortSignal): Promise<Examination> {
  const { available, looked } = await attester.detect(signal);
  const checks: ExaminedCheck[] = [];
  // One by one: some of them use the same device.
  for (const check of attester.health) checks.push(await lookAt(check, signal));
  return { name: attester.name, available, looked, checks };
}

async function lookAt({ id, requires, look }: HealthCheck, signal?: AbortSignal): Promise<ExaminedCheck> {
  try {
    return { id, requires, ...(await look(signal)) };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { id, requires, outcome: 'fail', found, remedy: 'This look itself failed: report it as a fault of Assay.' };
  }
}
