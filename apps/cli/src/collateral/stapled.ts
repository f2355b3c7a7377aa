import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '@assay/server';
import type { RawEndorsements } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import type { Envelope } from '@assay/verify/evidence';
import { fetchFor } from './fetch.ts';
import { type FetchSubject, subjectOfEvidence } from './subject.ts';

/** Where endorsements come from, and what is told of it. */
export interface StaplerOptions {
  readonly service: Endpoint;
  readonly clock: () => Date;
  readonly report: (message: string) => void;
  /** Waits some milliseconds, or until the signal aborts. */
  readonly wait?: Wait | undefined;
}

type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<unknown>;

const waitHere: Wait = (milliseconds, signal) =>
  sleep(milliseconds, undefined, { ref: false, ...(signal && { signal }) });

/** Milliseconds: endorsements are fetched anew so often, a service that failed is asked again so soon. */
const REFRESH_MS = 3_600_000;
const AGAIN_MS = 60_000;
/** Milliseconds that one who wants evidence waits for endorsements. */
const PATIENCE_MS = 10_000;
/** For one attempt at one document, in milliseconds. */
const ATTEMPT_MS = 5_000;

interface Kept {
  readonly subject: string;
  readonly endorsements: RawEndorsements;
  readonly at: number;
}

/**
 * Endorsements to go with the evidence of one machine: kept, renewed in the background, and undefined where none came in
 * time. What a service gives late is there for who asks later; what it gave before stays until it gives anew. For
 * evidence that no service vouches for it is undefined, too, and that is told once.
 */
export function createStapler(options: StaplerOptions): (envelope: Envelope) => Promise<RawEndorsements | undefined> {
  const endorsementsOf = createRenewed(options);
  let told = '';
  const without = (error: unknown): undefined => {
    const reason = error instanceof Error ? error.message : String(error);
    // Strangers cause evidence: they must not fill the log.
    if (reason !== told) options.report(`endorsements: evidence goes without, ${reason}`);
    told = reason;
  };
  return async ({ evidence }) => {
    const subject = await subjectOfEvidence(evidence).catch(without);
    return subject && endorsementsOf(subject);
  };
}

/** The same for who knows already what is to be fetched. */
export function createRenewed(
  options: StaplerOptions,
): (subject: FetchSubject) => Promise<RawEndorsements | undefined> {
  const { clock, wait = waitHere } = options;
  let kept: Kept | undefined;
  let asked = { subject: '', at: 0 };
  let fetching: Promise<void> | undefined;
  const renew = async (subject: FetchSubject, name: string): Promise<void> => {
    try {
      kept = { subject: name, endorsements: await fetched(subject, options), at: clock().getTime() };
    } catch (error) {
      options.report(`endorsements: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      fetching = undefined;
    }
  };
  return async (subject) => {
    const name = machineOf(subject);
    const now = clock().getTime();
    const isOver = (since: number, life: number): boolean => now < since || now - since >= life;
    const current = kept?.subject === name && !isOver(kept.at, REFRESH_MS);
    if (!current && fetching === undefined && (asked.subject !== name || isOver(asked.at, AGAIN_MS))) {
      asked = { subject: name, at: now };
      fetching = renew(subject, name);
    }
    if (kept?.subject !== name && fetching !== undefined) await atMost(PATIENCE_MS, fetching, wait);
    return kept?.subject === name ? kept.endorsements : undefined;
  };
}

async function fetched(
  subject: FetchSubject,
  { service, clock, report, wait = waitHere }: StaplerOptions,
): Promise<RawEndorsements> {
  const pause = (milliseconds: number): Promise<void> => wait(milliseconds).then(() => undefined);
  const files = await fetchFor(
    subject,
    service,
    {},
    { field: '--collateral-from', sleep: pause, now: clock, report, timeout: ATTEMPT_MS },
  );
  return endorsementsFromDirectory(Object.fromEntries(files));
}

/** What endorsements are for: the machine, not the piece of evidence. */
export function machineOf(subject: FetchSubject): string {
  return JSON.stringify('query' in subject ? subject.query : subject);
}

async function atMost(milliseconds: number, work: Promise<void>, wait: Wait): Promise<void> {
  const over = new AbortController();
  const patience = wait(milliseconds, over.signal).catch(() => undefined);
  await Promise.race([work, patience]);
  over.abort();
}
