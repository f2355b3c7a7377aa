import { expect, test } from 'vitest';
import { keepAnswers, type Made } from './kept-answers.ts';

const START = 1_000_000;

/** Answers that are numbered, of tokens that live `life` seconds. */
function cacheOf(life: number | undefined) {
  const clock = { now: START };
  const made: string[] = [];
  const make = async (audience: string): Promise<Made> => {
    made.push(audience);
    return { body: `${made.length}`, expires: life === undefined ? undefined : clock.now + life };
  };
  const cache = keepAnswers(make, () => new Date(clock.now * 1000));
  const at = async (seconds: number, audience = 'a'): Promise<number> => {
    clock.now = START + seconds;
    return Number(await cache(audience));
  };
  return { at, made, cache };
}

test('an answer is given again for four fifths of the life of its token', async () => {
  const { at } = cacheOf(1000);
  expect([await at(0), await at(799), await at(800), await at(1599), await at(1600)]).toEqual([1, 1, 2, 2, 3]);
});

test('no claim makes an answer last longer than an hour', async () => {
  const { at } = cacheOf(100_000_000);
  expect([await at(0), await at(2879), await at(2880)]).toEqual([1, 1, 2]);
});

test.each([undefined, 0, -5])('the answer of a token that expires in %s seconds is given once', async (life) => {
  const { at } = cacheOf(life);
  expect([await at(0), await at(0)]).toEqual([1, 2]);
});

test('a clock that is set back ends what is kept', async () => {
  const { at } = cacheOf(1000);
  expect([await at(0), await at(-1)]).toEqual([1, 2]);
});

test('each audience has its own answer, made once for all who wait', async () => {
  const { cache, made } = cacheOf(1000);
  const [first, second, other] = await Promise.all([cache('a'), cache('a'), cache('b')]);
  expect(made).toEqual(['a', 'b']);
  expect([first, second, other]).toEqual(['1', '1', '2']);
});

test('a failure fails all who wait and nobody after them', async () => {
  const made: string[] = [];
  const cache = keepAnswers(
    async (audience) => {
      made.push(audience);
      if (made.length === 1) throw new Error('down');
      return { body: 'up', expires: 2_000 };
    },
    () => new Date(1_000_000),
  );
  const both = await Promise.allSettled([cache('a'), cache('a')]);
  expect([made.length, ...both.map(({ status }) => status)]).toEqual([1, 'rejected', 'rejected']);
  expect(await cache('a')).toBe('up');
});
