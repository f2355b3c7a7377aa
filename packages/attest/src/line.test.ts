import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLine } from './line.ts';

describe('a waiting line', () => {
  test('runs one piece of work at a time, in order, whether they fail or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), async (fails) => {
        const line = createLine('quote', fails.length - 1);
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
    const line = createLine('quote', 1);
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
    const line = createLine('quote', 2);
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
});
