import type { Detection } from '@assay/attest';
import type { QuoteLine } from './quote-line.ts';

/** Whether there is hardware, as last seen. */
export interface Watch {
  /** What a look finds; what the last one found while a quote is under way. Undefined before the first one came back. */
  seen(): Promise<Detection | undefined>;
}

/** How long anyone waits for a look, in milliseconds. */
const PATIENCE = 1000;

/**
 * Looks for the hardware at once, and then whenever it is asked and no quote is under way, one look at a time. The
 * kernel can make looks wait for a quote that came in between: nobody waits for such a look.
 */
export function watch(line: QuoteLine): Watch {
  let known: Detection | undefined;
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    known = await line.detect();
    looking = undefined;
  };
  looking = look();
  return {
    async seen() {
      if (line.activity().making) return known;
      looking ??= look();
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, PATIENCE);
      await Promise.race([looking, patience.promise]);
      clearTimeout(timer);
      return known;
    },
  };
}
