import { createGoogleVendor, type GoogleVendor, mintToken } from '@assay/simulate';
import { utf8 } from '@assay/verify/codec';
import { beforeAll, describe, expect, test } from 'vitest';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import { Problem } from '../problem/problem.ts';
import { createSeedAttestation, type SeedAttestationOptions } from './attestation.ts';
import { audiencePolicy } from './audience.ts';
import { createBudget } from './budget.ts';

const start = new Date('2026-11-01T12:00:00Z');
const own = 'https://service.example';
const audiences = Array.from({ length: 6 }, (_, index) => `https://verifier-${index}.example`);

let vendor: GoogleVendor;
beforeAll(async () => {
  vendor = await createGoogleVendor({ now: start });
});

/** The service before an attester that the test answers for. */
function serviceOf(more: Partial<SeedAttestationOptions> = {}) {
  const clock = { now: start };
  const { attester, asked } = handMadeAttester('confidential-space');
  const answer = createSeedAttestation({
    attester,
    instance: 'ab'.repeat(32),
    version: '1.2.3',
    audience: audiencePolicy([own, ...audiences], own),
    clock: () => clock.now,
    pause: async (milliseconds) => {
      clock.now = new Date(clock.now.getTime() + milliseconds);
    },
    ...more,
  });
  const get = (audience = own) => answer(new Request(`${own}/attestation?audience=${audience}`));
  /** Answers the request of that number with a token that was issued some minutes after the start. */
  const give = async (index: number, minutes = 0): Promise<void> => {
    await until(() => asked.length > index);
    const issuedAt = new Date(start.getTime() + minutes * 60_000);
    const token = await mintToken(vendor, { type: 'OIDC', audience: own, issuedAt });
    asked[index]?.answer({ tee: 'confidential-space', evidence: utf8(token) });
  };
  return { get, give, asked, clock, attester };
}
async function problem(answer: Promise<unknown>): Promise<Problem> {
  const error: unknown = await answer.then(
    () => new Error('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw error;
  return error;
}

describe('tokens', () => {
  test('are asked for once, by however many callers at once', async () => {
    const { get, give, asked } = serviceOf();
    const answers = Array.from({ length: 20 }, () => get());
    await give(0);
    const bodies = await Promise.all(answers.map(async (answer) => (await answer).text()));
    expect([new Set(bodies).size, asked.length]).toEqual([1, 1]);
  });

  test('are shown again until four fifths of their hour are over', async () => {
    const { get, give, asked, clock } = serviceOf();
    const first = get();
    await give(0);
    const body = await (await first).text();
    clock.now = new Date(start.getTime() + 48 * 60_000 - 1);
    expect(await (await get()).text()).toBe(body);
    clock.now = new Date(start.getTime() + 48 * 60_000);
    const second = get();
    await give(1, 48);
    expect(await (await second).json()).toMatchObject({ attestation: { issued_at: '2026-11-01T12:48:00+00:00' } });
    expect(asked.length).toBe(2);
  });

  test('that are expired when they come are not shown again', async () => {
    const { get, give } = serviceOf();
    for (const index of [0, 1]) {
      const answer = get();
      await give(index, -120);
      expect((await answer).status).toBe(200);
    }
  });

  test('that cannot be shown are not kept', async () => {
    const { get, give, asked } = serviceOf();
    const broken = problem(get());
    await until(() => asked.length === 1);
    const evidence = utf8(
      await mintToken(vendor, { type: 'OIDC', audience: own, claims: (all) => ({ ...all, sub: 7 }) }),
    );
    asked[0]?.answer({ tee: 'confidential-space', evidence });
    expect((await broken).message).toContain('sub: expected a string');
    const next = get();
    await give(1);
    expect((await next).status).toBe(200);
  });

  test('are at most five a second, and the sixth waits; what is kept costs nothing', async () => {
    const { get, give, clock } = serviceOf();
    for (const index of [0, 1, 2, 3, 4]) {
      const answer = get(audiences[index]);
      await give(index);
      expect((await answer).status).toBe(200);
    }
    expect((await get(audiences[0])).status).toBe(200);
    expect(clock.now).toEqual(start);
    const sixth = get(audiences[5]);
    await give(5);
    expect((await sixth).status).toBe(200);
    expect(clock.now.getTime() - start.getTime()).toBe(1000);
  });

  test('share their budget with whoever else asks Google, who must leave some for them in time', async () => {
    const budget = createBudget(1, () => start);
    const { get, asked } = serviceOf({ budget });
    expect(budget()).toBe(0);
    expect(await problem(get())).toMatchObject({ code: 'too_many_requests', headers: { 'retry-after': '1' } });
    expect(asked).toEqual([]);
  });
});

describe('a launcher that hangs', () => {
  test('is left when the time is over, also by whoever joined; the next caller asks again', async () => {
    const over = [new AbortController(), new AbortController()];
    const asked: number[] = [];
    const timeout = (milliseconds: number): AbortSignal => {
      asked.push(milliseconds);
      return over[asked.length - 1]?.signal ?? AbortSignal.abort();
    };
    const { get, give, asked: requests } = serviceOf({ timeout });
    const both = [problem(get()), problem(get())];
    await until(() => requests.length === 1);
    // This attester does not listen to its signal: it is left all the same.
    over[0]?.abort(new Error('time is over'));
    for (const left of await Promise.all(both)) {
      expect(left).toMatchObject({ code: 'unavailable', headers: { 'retry-after': '1' } });
      expect(left.message).toMatch(/no token within 10000 ms/);
    }
    expect(requests[0]?.request.signal?.aborted).toBe(true);
    const next = get();
    await give(1);
    expect((await next).status).toBe(200);
    expect(asked).toEqual([10_000, 10_000]);
  });

  test('is not asked when the time was over before', async () => {
    const { get, asked } = serviceOf({ timeout: () => AbortSignal.abort() });
    expect((await problem(get())).code).toBe('unavailable');
    expect(asked).toEqual([]);
  });
});

test('an error that nobody foresaw is a fault of the service, without its words', async () => {
  const { get, asked } = serviceOf();
  const refused = problem(get());
  await until(() => asked.length === 1);
  asked[0]?.fail(new TypeError('s3cret'));
  expect((await refused).code).toBe('internal');
  expect((await refused).message).not.toContain('s3cret');
});
