import { expect, test } from 'vitest';
import { createBudget } from './budget.ts';

test('a budget is so many in any second, and says how long to wait', () => {
  let now = 10_000;
  const take = createBudget(2, () => new Date(now));
  const at = (instant: number): number => {
    now = instant;
    return take();
  };
  expect([at(10_000), at(10_400), at(10_900)]).toEqual([0, 0, 100]);
  // What was refused took nothing: the first of the two is over, the second is not.
  expect([at(11_000), at(11_000), at(11_399), at(11_400)]).toEqual([0, 400, 1, 0]);
});

test('a clock that is set back does not close it', () => {
  let now = 10_000;
  const take = createBudget(1, () => new Date(now));
  expect(take()).toBe(0);
  now = 5_000;
  expect([take(), take()]).toEqual([0, 1000]);
});
