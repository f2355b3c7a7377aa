import type { Timer } from '../service/serve-app.ts';

const MINUTE = 60_000;

/** Does work a minute after it was done, again and again, until it is ended; that waits for work under way. */
export function everyMinute(timer: Timer, work: () => Promise<void>): { readonly end: () => Promise<void> } {
  let ended = false;
  let round: Promise<void> | undefined;
  let callOff = (): void => undefined;
  const arm = (): void => {
    callOff = timer(() => {
      round = work().finally(() => {
        if (!ended) arm();
      });
    }, MINUTE);
  };
  arm();
  return {
    end: async () => {
      ended = true;
      callOff();
      await round;
    },
  };
}
