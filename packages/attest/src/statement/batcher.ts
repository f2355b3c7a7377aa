import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AssayError } from '@assay/verify';
import { BATCH_SIZE, type Batch, buildBatch, SALT_LENGTH, statementDigest } from '@assay/verify/binding';
import type { Envelope } from '@assay/verify/evidence';
import type { Attester } from '../attester.ts';
import { unavailable, usage } from '../failure.ts';
import { createStatements, type Speaker, type StatementRequest } from './statement.ts';

/** Issues statements of many challengers from few quotes. */
export interface Batcher {
  /**
   * Evidence of a statement in a batch (profile `assay/1-batch`), whose bytes the batch's other envelopes share. Throws
   * `malformed` for a statement out of range, `unavailable` when the queue is full, the quote failed or the batcher was
   * closed, and the signal's reason when its caller called it off.
   */
  issue(request: StatementRequest, signal?: AbortSignal): Promise<Envelope>;
  /** Takes no more, and waits until all that was taken is answered: two quotes at most, or one per audience for tokens. */
  close(): Promise<void>;
}

/** Who speaks, and how many may wait. */
export interface BatcherOptions extends Speaker {
  /** How many statements may wait while a quote is made: 1 to 65,536, default 1,024. Each is at most 64 KiB. */
  readonly limit?: number | undefined;
  /** Salts of the leaves. */
  readonly random?: ((length: number) => Uint8Array) | undefined;
}

interface Waiter {
  readonly statement: Uint8Array;
  readonly aud: string | null;
  readonly resolve: (envelope: Envelope) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Serves challengers in the order in which they come, never with two quotes at once: whoever comes in the same turn of
 * the event loop, or while a quote is made, waits for the next one, which is for all who wait by then. A statement is made when it is asked for, so that a wrong
 * one fails alone, and its `issuedAt` is never later than its quote.
 *
 * @example
 * const batcher = createBatcher(attester, { instance: newInstance() });
 * const envelope = await batcher.issue({ type: 'attestation', nonce, aud: null, keys: [], claims: {} });
 */
export function createBatcher(attester: Attester, options: BatcherOptions): Batcher {
  const { limit = 1024, random = randomBytes, ...speaker } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > BATCH_SIZE.max)
    throw usage(`limit: expected 1 to ${BATCH_SIZE.max}, found ${limit}`, 'limit');
  const statementOf = createStatements(speaker);
  const waiting = new Set<Waiter>();
  let serving: Promise<void> | undefined;
  let closed = false;

  const serve = async (): Promise<void> => {
    while (waiting.size > 0) {
      // A quote that is made without waiting would be made for each request alone, before the next one is read.
      await nextTurn();
      const batch = nextBatch(attester, waiting);
      // All may have left by now.
      if (batch.length === 0) break;
      for (const waiter of batch) waiting.delete(waiter);
      await answer(attester, batch, random);
    }
    serving = undefined;
  };

  return {
    async issue(request, signal) {
      signal?.throwIfAborted();
      if (closed) throw unavailable('the attester is being stopped', 'ask again after its restart, or ask another one');
      if (waiting.size >= limit)
        throw unavailable(`${waiting.size} statements wait for a quote already`, 'ask again later');
      const { promise, resolve, reject } = Promise.withResolvers<Envelope>();
      const waiter = { statement: statementOf(request), aud: request.aud, resolve, reject };
      const leave = (): void => {
        waiting.delete(waiter);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.add(waiter);
      serving ??= serve();
      try {
        return await promise;
      } finally {
        signal?.removeEventListener('abort', leave);
      }
    },
    async close() {
      closed = true;
      await serving;
    },
  };
}

/** All who wait. A token is for one audience: with those, all who wait for the same one as the first of them. */
function nextBatch({ name }: Attester, waiting: ReadonlySet<Waiter>): readonly Waiter[] {
  const all = [...waiting];
  return name === 'confidential-space' ? all.filter(({ aud }) => aud === all[0]?.aud) : all;
}

/** Settles everyone in the batch, each with its own envelope or its own error. */
async function answer(
  attester: Attester,
  waiters: readonly Waiter[],
  random: (length: number) => Uint8Array,
): Promise<void> {
  try {
    const { reportData, proofs } = await batchOf(waiters, random);
    // Only tokens have an audience, and theirs is everyone's in the batch.
    const envelope = await attester.evidence({ reportData, audience: waiters[0]?.aud ?? undefined });
    for (const [index, { statement, resolve }] of waiters.entries())
      resolve({ ...envelope, statement, proof: proofs[index] });
  } catch (error) {
    for (const { reject } of waiters) reject(failed(error));
  }
}

/** The batch of all statements; a lone one gets a neighbour that is no statement. */
async function batchOf(waiters: readonly Waiter[], random: (length: number) => Uint8Array): Promise<Batch> {
  const digests = await Promise.all(waiters.map(({ statement }) => statementDigest(statement)));
  if (digests.length < BATCH_SIZE.min) digests.push(random(64));
  const salts = random(digests.length * SALT_LENGTH);
  return buildBatch(
    digests,
    digests.map((_, index) => salts.subarray(index * SALT_LENGTH, (index + 1) * SALT_LENGTH)),
  );
}

function failed(cause: unknown): AssayError {
  if (cause instanceof AssayError)
    return new AssayError(cause.code, `the quote of this batch failed: ${cause.message}`, cause.details, { cause });
  return unavailable('the quote of this batch failed unexpectedly', 'ask again, then look at the log', cause);
}
