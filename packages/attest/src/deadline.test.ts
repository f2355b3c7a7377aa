import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import { within } from './deadline.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('work with a deadline', () => {
  test('that is done in time gives its result, or its own error', async () => {
    expect(await within({ milliseconds: 60_000 }, 'quote', 'wait', async () => 7)).toBe(7);
    const own = new Error('own');
    await expect(within({ milliseconds: 60_000 }, 'quote', 'wait', () => Promise.reject(own))).rejects.toBe(own);
  });

  test('that does not stop by itself is given up at the deadline, with the remedy', async () => {
    const late = within({ milliseconds: 1 }, 'quote', 'look at the log', never);
    await expect(late).rejects.toThrow(AssayError);
    await expect(late).rejects.toMatchObject({
      code: 'unavailable',
      message: 'quote: no answer within 1 ms; look at the log',
    });
  });

  test('that is called off fails with the reason of whoever called it off', async () => {
    const controller = new AbortController();
    const work = within({ milliseconds: 60_000, signal: controller.signal }, 'quote', 'wait', never);
    controller.abort(new Error('gone home'));
    await expect(work).rejects.toThrow('gone home');
  });

  test('is not begun once called off', async () => {
    let begun = false;
    const signal = AbortSignal.abort(new Error('gone home'));
    const work = within({ milliseconds: 60_000, signal }, 'quote', 'wait', async () => {
      begun = true;
    });
    await expect(work).rejects.toThrow('gone home');
    expect(begun).toBe(false);
  });

  test('is told to stop', async () => {
    const controller = new AbortController();
    let told: AbortSignal | undefined;
    const work = within({ milliseconds: 60_000, signal: controller.signal }, 'quote', 'wait', (signal) => {
      told = signal;
      return never();
    });
    controller.abort(new Error('gone home'));
    await expect(work).rejects.toThrow('gone home');
    expect(told?.aborted).toBe(true);
  });
});
