import { getEventListeners } from 'node:events';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLine } from './line.ts';

describe('a waiting line', () => {
  test('runs one piece of work at a time, in order, whether they fail or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), async (fails) => {
        const line = createLine('quote', { waiting: fails.length - 1 });
        const order: number[] = [];
        let running = 0;
        const results = fails.map((fail, index) =>
          line(async () => {
            running += 1;
            expect(running).toBe(1);
            await Promise.resolve();
            order.push(index);
            running -= 1;
            if (fail) throw new Error(`work ${index}`);
            return index;
          }),
        );
        const settled = await Promise.allSettled(results);
        expect(order).toEqual(fails.map((_, index) => index));
        expect(settled.map(({ status }) => status === 'rejected')).toEqual(fails);
      }),
    );
  });

  test('of limited length refuses the next one at once, and takes others when one has left', async () => {
    const line = createLine('quote', { waiting: 1 });
    const first = Promise.withResolvers<void>();
    const running = line(() => first.promise);
    const waiting = line(async () => 'second');
    await expect(line(async () => 'third')).rejects.toThrow(/^quote: 1 requests wait already; .*batching/);
    first.resolve();
    await running;
    expect(await waiting).toBe('second');
    expect(await line(async () => 'fourth')).toBe('fourth');
  });

  test('passes over work that was called off while it waited', async () => {
    const line = createLine('quote', { waiting: 2 });
    const first = Promise.withResolvers<void>();
    const running = line(() => first.promise);
    const controller = new AbortController();
    let begun = false;
    const waiting = line(async () => {
      begun = true;
    }, controller.signal);
    controller.abort(new Error('gone home'));
    first.resolve();
    await running;
    await expect(waiting).rejects.toThrow('gone home');
    expect(begun).toBe(false);
  });

  test('has room again for those whose work was called off while it waited', async () => {
    const line = createLine('quote', { waiting: 1 });
    const first = Promise.withResolvers<void>();
    const running = line(() => first.promise);
    const controller = new AbortController();
    const gone = line(async () => 'second', controller.signal);
    controller.abort(new Error('gone home'));
    await expect(gone).rejects.toThrow('gone home');
    const third = line(async () => 'third');
    first.resolve();
    expect([await running, await third]).toEqual([undefined, 'third']);
  });

  test('runs as many pieces of work side by side as it may: whoever is slow holds up nobody else', async () => {
    const line = createLine('quote', { atOnce: 2 });
    const slow = Promise.withResolvers<string>();
    const running = line(() => slow.promise);
    let most = 0;
    let now = 0;
    const quick = Array.from({ length: 10 }, (_, index) =>
      line(async () => {
        now += 1;
        most = Math.max(most, now);
        await Promise.resolve();
        now -= 1;
        return index;
      }),
    );
    expect(await Promise.all(quick)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(1);
    slow.resolve('late');
    expect(await running).toBe('late');
  });

  test('leaves no listener on a signal that its caller keeps', async () => {
    const line = createLine('quote');
    const { signal } = new AbortController();
    await Promise.all([line(async () => 1, signal), line(async () => 2, signal), line(async () => 3, signal)]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
