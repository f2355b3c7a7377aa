import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AssayError } from '@assay/verify';
import { describe, expect, test, vi } from 'vitest';
import { createConfidentialSpaceAttester } from './confidential-space/attester.ts';
import { checkedTimeout, lookDeadline, within } from './deadline.ts';
import { createDstackAttester } from './dstack/attester.ts';
import { createGramineAttester } from './gramine/attester.ts';
import { createProxyAttester } from './proxy/attester.ts';
import { createTsmAttester } from './tsm/attester.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
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

  test('leaves nothing behind with a signal that its caller keeps', async () => {
    const { signal } = new AbortController();
    const calls = async (count: number): Promise<void> => {
      for (let call = 0; call < count; call += 1)
        await within({ milliseconds: 60_000, signal }, 'quote', 'wait', async () => call);
      // Weak references hold until the present turn of the event loop is over.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    };
    await calls(1_000);
    const before = process.memoryUsage().heapUsed;
    await calls(10_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('leaves no timer behind, however it ends', async () => {
    vi.useFakeTimers();
    try {
      const ends = [async () => 7, () => Promise.reject(new Error('own'))];
      await Promise.allSettled(ends.map((end) => within({ milliseconds: 60_000 }, 'quote', 'wait', end)));
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the option timeoutMs', () => {
  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('is refused when it is %d', (timeoutMs) => {
    expect(() => checkedTimeout(timeoutMs)).toThrow(
      expect.objectContaining({ code: 'usage', details: { field: 'timeoutMs' } }),
    );
  });

  test.each([
    createTsmAttester,
    createGramineAttester,
    createDstackAttester,
    createProxyAttester,
    createConfidentialSpaceAttester,
  ])('is refused by %o before anything is asked', (create) =>
    expect(() => create({ timeoutMs: Number.NaN })).toThrow(/^timeoutMs: expected a whole number/),
  );

  test('is a whole number; looks take 5 seconds at most', () => {
    const { signal } = new AbortController();
    expect([checkedTimeout(1), checkedTimeout(2 ** 31 - 1)]).toEqual([1, 2 ** 31 - 1]);
    expect(lookDeadline(60_000, signal)).toEqual({ milliseconds: 5_000, signal });
    expect(lookDeadline(20, undefined)).toEqual({ milliseconds: 20, signal: undefined });
  });
});
