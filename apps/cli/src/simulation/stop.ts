/** Aborts at the first SIGINT or SIGTERM; a second one ends the process as if nobody listened. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    for (const name of SIGNALS) process.off(name, stop);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return controller.signal;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
