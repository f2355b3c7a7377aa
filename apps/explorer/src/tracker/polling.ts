import { AssayError } from '@assay/verify';
import { useEffect, useState } from 'preact/hooks';
import { askTracker, type Figures } from './ask-tracker.ts';
import { type Sample, withSample } from './rate.ts';

/** Milliseconds between two looks at a tracker that answers. */
export const EVERY_MS = 3_000;
/** The most milliseconds between two tries. */
const MOST_MS = 60_000;

/** What is known of a tracker. */
export interface Followed {
  /** The last that it said; undefined before that. */
  readonly figures: Figures | undefined;
  /** Its announces, during the last minutes. */
  readonly samples: readonly Sample[];
  /** Why the last tries failed; undefined while it answers. */
  readonly failure: { readonly message: string; readonly nextMs: number } | undefined;
}

/** Milliseconds until the next look, after so many failures in a row. */
export function pauseAfter(failures: number): number {
  return Math.min(MOST_MS, EVERY_MS * 2 ** failures);
}

/** Looks at the tracker every few seconds while the page is seen, more seldom while it does not answer. */
export function useTracker(): Followed {
  const [followed, show] = useState<Followed>({ figures: undefined, samples: [], failure: undefined });
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    let failures = 0;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    const look = async (): Promise<void> => {
      if (asking || document.hidden || signal.aborted) return;
      asking = true;
      try {
        const figures = await askTracker(signal);
        failures = 0;
        const { announces, startedAt } = figures.statistics;
        const sample = { at: figures.at, count: announces, since: startedAt };
        show(({ samples }) => ({ figures, samples: withSample(samples, sample), failure: undefined }));
      } catch (error) {
        failures += 1;
        const message = error instanceof AssayError ? error.message : String(error);
        const nextMs = pauseAfter(failures);
        if (!signal.aborted) show((before) => ({ ...before, failure: { message, nextMs } }));
      }
      asking = false;
      clearTimeout(waiting);
      if (!signal.aborted) waiting = setTimeout(() => void look(), pauseAfter(failures));
    };
    const seen = (): void => {
      clearTimeout(waiting);
      void look();
    };
    document.addEventListener('visibilitychange', seen, { signal });
    void look();
    return () => {
      clearTimeout(waiting);
      stop.abort();
    };
  }, []);
  return followed;
}
