import { describe, expect, test } from 'vitest';
import { remembered } from './remembered.ts';

/** Something to be made that the test finishes when it likes, and a clock that it sets. */
function bench(lifeMs = 60_000) {
  const made: PromiseWithResolvers<string>[] = [];
  let now = 0;
  const ask = remembered(
    () => {
      const making = Promise.withResolvers<string>();
      made.push(making);
      return making.promise;
    },
    { lifeMs, clock: () => new Date(now) },
  );
  return { ask, made, at: (time: number) => (now = time) };
}

describe('an answer', () => {
  test('is made once for all who ask while it is being made, however long that takes', async () => {
    const { ask, made, at } = bench();
    const asked = [ask(), ask()];
    at(3_600_000);
    asked.push(ask());
    expect(made).toHaveLength(1);
    made[0]?.resolve('one');
    expect(await Promise.all(asked)).toEqual(['one', 'one', 'one']);
  });

  test('lives as long as it may, counted from when it was asked for', async () => {
    const { ask, made, at } = bench(60_000);
    const first = ask();
    made[0]?.resolve('one');
    await first;
    at(59_999);
    expect(await ask()).toBe('one');
    at(60_000);
    const second = ask();
    made[1]?.resolve('two');
    expect(await second).toBe('two');
    expect(made).toHaveLength(2);
  });

  test('does not live longer when the clock is set back', async () => {
    const { ask, made, at } = bench();
    at(1000);
    const first = ask();
    made[0]?.resolve('one');
    await first;
    at(999);
    void ask();
    expect(made).toHaveLength(2);
  });
});

test('a failure is told to all who ask within a second, and then it is tried again', async () => {
  const { ask, made, at } = bench();
  const first = ask();
  made[0]?.reject(new Error('busy'));
  await expect(first).rejects.toThrow('busy');
  at(999);
  await expect(ask()).rejects.toThrow('busy');
  expect(made).toHaveLength(1);
  at(1000);
  const second = ask();
  made[1]?.resolve('two');
  expect(await second).toBe('two');
});
