import { once } from 'node:events';

/** What ends a command that runs until it is told to stop: Ctrl-C, a service manager, and the terminal's window when it is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds. */
const ONE_KEY_PRESS = 1000;

/** Aborts at the first signal; a later one ends the process as if nobody listened. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) return;
    controller.abort();
    // One Ctrl-C can come twice: from the terminal, and from npm, which passes it on.
    setTimeout(() => {
      for (const name of SIGNALS) process.off(name, stop);
    }, ONE_KEY_PRESS).unref();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return controller.signal;
}

/** Waits for the signal, and keeps the process alive meanwhile: nothing else may. */
export async function stopped(signal: AbortSignal): Promise<void> {
  const alive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
}

/** Milliseconds that a service manager waits for a service. */
const AT_MOST = 10_000;

/** Ends the process in time once the signal aborts: also where hardware is still at work for a request that is gone. */
export function exitAfter(signal: AbortSignal): AbortSignal {
  signal.addEventListener('abort', () => void setTimeout(() => process.exit(), AT_MOST).unref(), { once: true });
  return signal;
}
