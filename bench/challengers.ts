import { randomBytes } from 'node:crypto';
import { createBatcher, newInstance } from '@assay/attest';
import type { QuoteSource } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { startMachine } from './machine.ts';

/** What came of many challengers who asked at the same moment. */
export interface Served {
  /** Until the last one was answered. */
  readonly milliseconds: number;
  readonly quotes: number;
  /** Judges each one's evidence by itself, with its own nonce. Throws unless all are trusted. */
  readonly check: () => Promise<void>;
}

/** A source of quotes that is slow, and serves one at a time. */
export interface SlowSource {
  /** Milliseconds of one quote alone, as it is now. */
  readonly timeQuote: () => Promise<number>;
  readonly serve: (challengers: number) => Promise<Served>;
}

/** A software TD that takes so many milliseconds longer for a quote. */
export async function slowSource(delay: number): Promise<SlowSource> {
  const now = new Date();
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const { source, keys, judge } = await startMachine(now);
  const slow = slowed(source, delay);

  return {
    async timeQuote() {
      const start = performance.now();
      await slow.source.quote(random(64));
      return performance.now() - start;
    },
    async serve(challengers) {
      const batcher = createBatcher(createSoftwareAttester(slow.source), { instance: newInstance(), clock: () => now });
      const nonces = Array.from({ length: challengers }, () => random(32));
      const before = slow.made();
      const start = performance.now();
      const envelopes = await Promise.all(
        nonces.map((nonce) => {
          const hex = Buffer.from(nonce).toString('hex');
          return batcher.issue({ type: 'attestation', nonce: hex, aud: null, keys, claims: {} });
        }),
      );
      const milliseconds = performance.now() - start;
      const check = async (): Promise<void> => {
        for (const [index, envelope] of envelopes.entries()) await judge(envelope, nonces[index] ?? new Uint8Array());
      };
      return { milliseconds, quotes: slow.made() - before, check };
    },
  };
}

/** The same source, slowed down: whoever comes while it works waits. */
function slowed(source: QuoteSource, delay: number): { readonly source: QuoteSource; readonly made: () => number } {
  let made = 0;
  let last: Promise<unknown> = Promise.resolve();
  const one = async (reportData: Uint8Array): Promise<Uint8Array> => {
    await new Promise((resolve) => setTimeout(resolve, delay));
    made += 1;
    return source.quote(reportData);
  };
  const quote = (reportData: Uint8Array): Promise<Uint8Array> => {
    const turn = last.then(() => one(reportData));
    last = turn.catch(() => undefined);
    return turn;
  };
  return { source: { tee: source.tee, quote }, made: () => made };
}
