import { createBudget, parseEndpoint } from '@assay/server';
import { AssayError, type Evidence, type RawEndorsements } from '@assay/verify';
import { createRenewed, machineOf } from '../collateral/stapled.ts';
import { type FetchSubject, subjectOfEvidence } from '../collateral/subject.ts';

/** Machines whose endorsements are kept; those not asked about for longest go. */
const MOST_MACHINES = 1_000;
/** New ones in a second: evidence may name any, and each costs the service requests. */
const NEW_MACHINES = 5;

/** Endorsements of any machine, from one service: kept, renewed in the background, undefined where none came in time. */
export function endorsementsFrom(
  url: string,
  clock: () => Date,
  report: (message: string) => void,
): (evidence: Evidence) => Promise<RawEndorsements | undefined> {
  const service = parseEndpoint(url, '--collateral-from');
  const machines = new Map<string, ReturnType<typeof createRenewed>>();
  const budget = createBudget(NEW_MACHINES, clock);
  return async ({ evidence }) => {
    const subject = await subjectIn(evidence);
    if (subject === undefined) return undefined;
    const name = machineOf(subject);
    if (!machines.has(name) && budget() > 0) return undefined;
    const endorsementsOf = machines.get(name) ?? createRenewed({ service, clock, report });
    machines.delete(name);
    machines.set(name, endorsementsOf);
    const [oldest] = machines.keys();
    if (machines.size > MOST_MACHINES && oldest !== undefined) machines.delete(oldest);
    return endorsementsOf(subject);
  };
}

/** What is to be fetched; undefined for evidence that needs nothing, or is broken: its verdict will say so. */
async function subjectIn(evidence: Uint8Array): Promise<FetchSubject | undefined> {
  try {
    return await subjectOfEvidence(evidence);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}
