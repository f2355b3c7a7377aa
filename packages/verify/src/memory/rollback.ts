import { MAX_TIME, secondsOf, toIso, type UnixSeconds } from '../codec/time.ts';
import type { Awaitable } from '../crypto/types.ts';
import type { DatedDocument, Endorsements } from '../endorsements/handle.ts';
import { AssayError } from '../errors.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';

/** Remembers the newest issue date per kind of endorsement, for as long as the verifier lives or longer. */
export interface RollbackMemory {
  /** The newest issue date remembered for the key (unix seconds): undefined when there is none. */
  newest(key: string): Awaitable<UnixSeconds | undefined>;
  /** Remembers an issue date, unless a newer one is remembered already. */
  remember(key: string, issued: UnixSeconds): Awaitable<void>;
  /** The present, by which a question about the past is told from one about now. */
  now(): Date;
}

/** Seconds by which an instant may lie behind the memory's clock and still be the present: verifying takes time. */
const TOLERANCE = 60;

/** `endorsements.rollback`: none of the documents is older than what was accepted before. Compares; never remembers. */
export async function appraiseRollback(
  endorsements: Endorsements,
  clock: Clock,
  memory: RollbackMemory,
  checks: Checklist,
): Promise<void> {
  if (ageOf(clock, memory) > tolerance(clock)) {
    checks.skip('endorsements.rollback', 'the time asked about lies in the past');
    return;
  }
  if (endorsements.documents.length === 0) {
    checks.skip('endorsements.rollback', 'no endorsement has a date');
    return;
  }
  const known = await ask(() => Promise.all(endorsements.documents.map(async ({ key }) => await memory.newest(key))));
  const older = endorsements.documents.flatMap((document, index) => {
    const newest = known[index];
    // Written so that a memory which answers nonsense refuses.
    return newest === undefined || document.issued >= newest ? [] : [{ document, newest }];
  });
  const [worst] = older;
  if (worst === undefined) checks.pass('endorsements.rollback');
  else checks.fail('endorsements.rollback', describe(worst.document, worst.newest));
}

/**
 * Remembers the documents' dates. Only sound endorsements from the verifier's own source are remembered, valid at a
 * time that is the present: anybody can staple, and whoever poisons the memory could have genuine documents refused.
 */
export async function rememberEndorsements(
  { source, sound, validity, documents }: Endorsements,
  clock: Clock,
  memory: RollbackMemory,
): Promise<void> {
  if (source !== 'own' || !sound || validity === null) return;
  if (Math.abs(ageOf(clock, memory)) > tolerance(clock)) return;
  const { now, skew } = clock;
  if (!(validity.notBefore <= now + skew && now - skew <= validity.notAfter)) return;
  for (const { key, issued } of documents) {
    if (issued <= now + skew) await ask(async () => await memory.remember(key, issued));
  }
}

/** Seconds from the time asked about to the present; negative for a time to come. */
function ageOf({ now }: Clock, memory: RollbackMemory): number {
  return secondsOf(memory.now()) - now;
}

function tolerance({ skew }: Clock): number {
  return Math.max(skew, TOLERANCE);
}

function describe({ key, issued }: DatedDocument, newest: UnixSeconds): { expected: string; actual: string } {
  const valid = newest >= 0 && newest <= MAX_TIME;
  return { expected: `${key}: ${valid ? toIso(newest) : 'a date'} or newer`, actual: toIso(issued) };
}

/** A memory that does not answer is no reason to go on without it. */
async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    throw new AssayError('unavailable', 'memory: the rollback memory does not answer', { field: 'memory' }, { cause });
  }
}
