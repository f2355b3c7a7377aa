import { readAnswer } from '../judging/ask-server.ts';
import { readStatistics, readTeeStatus, type Statistics, type TeeStatus } from './statistics.ts';

/** What a tracker says of itself at one moment. */
export interface Figures {
  readonly statistics: Statistics;
  readonly tee: TeeStatus;
  /** Milliseconds of `performance.now()` when the answer was there. */
  readonly at: number;
}

/** Milliseconds until an answer is given up. */
const PATIENCE_MS = 5_000;
const ANSWER = { most: 65_536, by: 'a tracker' } as const;

/** Asks the tracker that this page came from, and no other. Throws `unavailable` and `malformed`. */
export async function askTracker(signal: AbortSignal): Promise<Figures> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const asked = ['/stats', '/tee/status'].map((path) => readAnswer(new URL(path, location.origin), either, ANSWER));
  const [stats, tee] = await Promise.all(asked);
  const at = performance.now();
  return { statistics: readStatistics(textOf(stats)), tee: readTeeStatus(textOf(tee)), at };
}

/** Whether this page came from a tracker. */
export async function isTracker(signal: AbortSignal): Promise<boolean> {
  try {
    readStatistics(textOf(await readAnswer(new URL('/stats', location.origin), signal, ANSWER)));
    return true;
  } catch {
    return false;
  }
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}
