import { type Attester, checkedRequest, type EvidenceRequest } from '@assay/attest';
import { AssayError } from '@assay/verify';
import type { Envelope } from '@assay/verify/evidence';

/** How the last use of the hardware came out. */
export interface LastQuote {
  /** When it was known, ISO 8601. */
  readonly at: string;
  readonly outcome: 'made' | 'failed';
  /** Why it failed, one line. */
  readonly error?: string;
}

/** What is going on at the hardware. */
export interface QuoteActivity {
  /** A quote is being made, or given up on but not yet returned by the hardware. */
  readonly making: boolean;
  readonly waiting: number;
  readonly last: LastQuote | null;
}

/** An attester that works on one quote at a time, and says what it does. */
export interface QuoteLine extends Attester {
  activity(): QuoteActivity;
}

/** How long and how many may wait. */
export interface QuoteLineOptions {
  /** Tells when quotes were made. */
  readonly clock: () => Date;
  /** Of one quote, waiting in line included; default 35,000: the kernel itself gives up after 30 seconds. */
  readonly timeoutMs?: number | undefined;
  /** How many may wait; default 64. */
  readonly limit?: number | undefined;
}

/**
 * Puts everyone who needs quotes into one line: statements and raw report data share the hardware. At the deadline a
 * caller is answered, but the next one's turn comes only when the hardware is free: two quotes are never under way.
 * Throws `unavailable` when the line is full or the deadline has passed.
 */
export function createQuoteLine(attester: Attester, options: QuoteLineOptions): QuoteLine {
  const { clock, timeoutMs = 35_000, limit = 64 } = options;
  const waiters = new Set<() => void>();
  let making = false;
  let last: LastQuote | null = null;
  const note = (failure?: unknown): void => {
    const at = clock().toISOString();
    last =
      failure === undefined ? { at, outcome: 'made' } : { at, outcome: 'failed', error: reasonOf(failure, attester) };
  };
  const free = (): void => {
    const [next] = waiters;
    if (next === undefined) making = false;
    else {
      waiters.delete(next);
      next();
    }
  };
  const turn = async (signal: AbortSignal): Promise<void> => {
    if (!making) {
      making = true;
      return;
    }
    if (waiters.size >= limit)
      throw new AssayError('unavailable', `${waiters.size} requests wait for a quote already; ask again later`);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiters.add(resolve);
    try {
      await orAborted(promise, signal);
    } catch (error) {
      // Whoever was let in at the moment of leaving hands the turn on.
      if (!waiters.delete(resolve)) free();
      throw error;
    }
  };
  const make = async (request: EvidenceRequest): Promise<Envelope> => {
    try {
      return await attester.evidence(request);
    } finally {
      free();
    }
  };
  return {
    name: attester.name,
    health: attester.health,
    detect: (signal) => attester.detect(signal),
    activity: () => ({ making, waiting: waiters.size, last }),
    async evidence(request) {
      const checked = checkedRequest(request);
      checked.signal?.throwIfAborted();
      const deadline = new AbortController();
      const signal =
        checked.signal === undefined ? deadline.signal : AbortSignal.any([checked.signal, deadline.signal]);
      const late = (): void => deadline.abort(lateness(timeoutMs));
      const timer = setTimeout(late, timeoutMs);
      let started = false;
      try {
        await turn(signal);
        started = true;
        const envelope = await orAborted(make({ ...checked, signal }), signal);
        note();
        return envelope;
      } catch (error) {
        // A full line and a caller who left say nothing about the hardware.
        if (started && checked.signal?.aborted !== true) note(error);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function lateness(timeoutMs: number): AssayError {
  return new AssayError(
    'unavailable',
    `no quote within ${timeoutMs} ms; ask again later, then look at the proxy's log`,
  );
}

/** What attesters throw has words for operators; anything else stays inside. */
function reasonOf(error: unknown, { name }: Attester): string {
  const text = error instanceof AssayError ? error.message : `${name}: an unexpected failure, see the log`;
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
