import { setTimeout as pause } from 'node:timers/promises';
import type { VerifierInstance } from './instance.ts';

/** What goes on while work is done: instances are killed in turn, each started again at once. */
export async function disturbed<T>(
  instances: readonly VerifierInstance[],
  betweenMs: () => number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly kills: number }> {
  const over = new AbortController();
  let kills = 0;
  const killing = (async () => {
    for (let turn = 0; ; turn += 1) {
      await pause(betweenMs(), undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) return;
      const instance = instances[turn % instances.length];
      await instance?.kill();
      await instance?.restart();
      kills += 1;
    }
  })();
  try {
    const result = await Promise.race([work(), killing.then(() => Promise.reject(new Error('ended')))]);
    return { result, kills };
  } finally {
    over.abort();
    await killing;
  }
}
