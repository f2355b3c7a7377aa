import { createBudget, parseEndpoint } from '@assay/server';
import { AssayError, type Evidence, type RawEndorsements } from '@assay/verify';
import { createRenewed, machineOf } from '../collateral/stapled.ts';
import { type FetchSubject, subjectOfEvidence } from '../collateral/subject.ts';

/** Machines whose endorsements are kept; those not asked about for longest go. */
const MOST_MACHINES = 1_000;
/** New ones in a second: evidence may name any, and each costs the service requests. */
const NEW_MACHINES = 5;

/**
 * Endorsements of any machine, from one service: kept, and renewed in the background. Undefined for evidence that needs
 * none, or whose endorsements no service has; throws `unavailable` where none came in time.
 */
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
    if (!machines.has(name) && budget() > 0) throw missing('too many machines that are new here were asked about');
    const endorsementsOf = machines.get(name) ?? createRenewed({ service, clock, report });
    machines.delete(name);
    machines.set(name, endorsementsOf);
    const [oldest] = machines.keys();
    if (machines.size > MOST_MACHINES && oldest !== undefined) machines.delete(oldest);
    const found = await endorsementsOf(subject);
    if (found === undefined) throw missing('the collateral service has not given them');
    return found;
  };
}

function missing(why: string): AssayError {
  const remedy = 'ask again in a minute, or send them with the evidence';
  return new AssayError('unavailable', `endorsements: ${why}; ${remedy}`, { field: 'endorsements' });
}

/** What is to be fetched; undefined where nothing is, and for broken evidence: its verdict will say so. */
async function subjectIn(evidence: Uint8Array): Promise<FetchSubject | undefined> {
  try {
    const subject = await subjectOfEvidence(evidence);
    return isServed(subject) ? subject : undefined;
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

/** AMD gives certificates of clouds to them alone, and cannot tell a chip that hides its id. */
function isServed(subject: FetchSubject): boolean {
  return subject.vendor === 'intel' || (subject.signer === 'VCEK' && !/^0*$/.test(subject.chipId));
}
