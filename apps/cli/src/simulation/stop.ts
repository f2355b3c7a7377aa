/** What ends a simulation: Ctrl-C, a service manager, and the terminal's window when it is closed. */
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
