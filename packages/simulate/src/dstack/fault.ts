import { answer } from './wire/answer.ts';

/** What goes wrong with one request. */
export type GuestAgentFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** No answer until the caller gives up. */
  | { readonly kind: 'hang' };

/** Lets a fault happen: the answer it has instead of the agent's, or undefined when the agent may go on. */
export async function suffer(fault: GuestAgentFault, signal: AbortSignal): Promise<Response | undefined> {
  if (fault.kind === 'answer') return answer(fault.status, 'application/json', fault.body);
  await pause(signal, fault.kind === 'delay' ? fault.milliseconds : undefined);
  return undefined;
}

/** Waits for a time, or for ever; rejects when the caller gives up. */
function pause(signal: AbortSignal, milliseconds: number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('the caller gave up'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
