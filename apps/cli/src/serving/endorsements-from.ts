import { createBudget, parseEndpoint } from '@assay/server';
import type { Evidence, RawEndorsements } from '@assay/verify';
import { createStapler } from '../collateral/stapled.ts';
import { subjectOfEvidence } from '../collateral/subject.ts';

type EndorsementsFor = (evidence: Evidence) => Promise<RawEndorsements | undefined>;

/** Machines whose endorsements are kept; those not asked about for longest go. */
const MOST_MACHINES = 1_000;
/** New ones in a second: evidence may name any, and each costs the service requests. */
const NEW_MACHINES = 5;

/** Endorsements of any machine, from one service: kept, renewed in the background, undefined where none came in time. */
export function endorsementsFrom(url: string, clock: () => Date, report: (message: string) => void): EndorsementsFor {
  const service = parseEndpoint(url, '--collateral-from');
  const machines = new Map<string, EndorsementsFor>();
  const budget = createBudget(NEW_MACHINES, clock);
  return async (evidence) => {
    const name = await machineOf(evidence);
    if (name === undefined) return undefined;
    if (!machines.has(name) && budget() > 0) return undefined;
    const endorsementsOf = machines.get(name) ?? createStapler({ service, clock, report });
    machines.delete(name);
    machines.set(name, endorsementsOf);
    const [oldest] = machines.keys();
    if (machines.size > MOST_MACHINES && oldest !== undefined) machines.delete(oldest);
    return endorsementsOf(evidence);
  };
}

/** What endorsements are asked for by; undefined for evidence that needs none, or names nobody. */
async function machineOf({ evidence }: Evidence): Promise<string | undefined> {
  try {
    const subject = await subjectOfEvidence(evidence);
    return JSON.stringify('query' in subject ? subject.query : subject);
  } catch {
    return undefined;
  }
}
