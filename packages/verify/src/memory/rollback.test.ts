import { describe, expect, test } from 'vitest';
import type { Endorsements } from '../endorsements/handle.ts';
import { AssayError } from '../errors.ts';
import { Checklist } from '../verdict/checklist.ts';
import { rollbackChecks } from './checks.ts';
import { createMemory } from './in-memory.ts';
import { appraiseRollback, type RollbackMemory, rememberEndorsements } from './rollback.ts';

const present = 1_750_000_000;
const day = 86_400;
const clock = { now: present, skew: 0 };
const KEY = 'tdx 00806f050000 17';

function endorsements(issued: number, more: Partial<Endorsements> = {}): Endorsements {
  return {
    family: 'dcap',
    source: 'own',
    sound: true,
    documents: [
      { key: 'root', issued: present - 100 * day },
      { key: KEY, issued },
    ],
    validity: { notBefore: present - 30 * day, notAfter: present + 30 * day },
    ...more,
  };
}

const memoryAt = (seconds = present): RollbackMemory => createMemory(() => new Date(seconds * 1000));

async function appraise(given: Endorsements, memory: RollbackMemory, at = clock) {
  const checks = new Checklist(rollbackChecks);
  await appraiseRollback(given, at, memory, checks);
  return checks.checks[0];
}

describe('endorsements.rollback', () => {
  test('passes with an empty memory, and appraising remembers nothing', async () => {
    const memory = memoryAt();
    expect(await appraise(endorsements(present - day), memory)).toMatchObject({ outcome: 'pass', layer: 'platform' });
    expect(await memory.newest(KEY)).toBeUndefined();
  });

  test('passes for the same and for newer documents, fails for older ones and says which', async () => {
    const memory = memoryAt();
    await rememberEndorsements(endorsements(present - day), clock, memory);
    expect((await appraise(endorsements(present - day), memory))?.outcome).toBe('pass');
    expect((await appraise(endorsements(present), memory))?.outcome).toBe('pass');
    expect(await appraise(endorsements(present - day - 1), memory)).toMatchObject({
      outcome: 'fail',
      expected: `${KEY}: 2025-06-14T15:06:40Z or newer`,
      actual: '2025-06-14T15:06:39Z',
    });
  });

  test.each(['stapled', 'caller', 'own'] as const)('%s endorsements are compared', async (source) => {
    const memory = memoryAt();
    await rememberEndorsements(endorsements(present - day), clock, memory);
    expect((await appraise(endorsements(present - 2 * day, { source }), memory))?.outcome).toBe('fail');
  });

  test('is not consulted for a time in the past, and is for one a moment ago', async () => {
    const memory = memoryAt();
    await rememberEndorsements(endorsements(present - day), clock, memory);
    const old = endorsements(present - 2 * day);
    expect((await appraise(old, memory, { now: present - day, skew: 0 }))?.outcome).toBe('skip');
    expect((await appraise(old, memory, { now: present - 61, skew: 0 }))?.outcome).toBe('skip');
    expect((await appraise(old, memory, { now: present - 60, skew: 0 }))?.outcome).toBe('fail');
    expect((await appraise(old, memory, { now: present - 300, skew: 300 }))?.outcome).toBe('fail');
    expect((await appraise(old, memory, { now: present + day, skew: 0 }))?.outcome).toBe('fail');
  });

  test('is skipped without dated documents', async () => {
    expect((await appraise(endorsements(present, { documents: [] }), memoryAt()))?.outcome).toBe('skip');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('a memory that answers %d refuses', async (answer) => {
    const memory: RollbackMemory = { ...memoryAt(), newest: () => answer };
    expect((await appraise(endorsements(present), memory))?.outcome).toBe('fail');
  });

  test.each([
    () => {
      throw new Error('disk full');
    },
    () => Promise.reject(new Error('disk full')),
  ])('a memory that does not answer is an error to retry, not a reason to go on', async (broken) => {
    const memory: RollbackMemory = { ...memoryAt(), newest: broken, remember: broken };
    for (const use of [
      appraise(endorsements(present), memory),
      rememberEndorsements(endorsements(present), clock, memory),
    ]) {
      const error: unknown = await use.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AssayError);
      expect(error).toMatchObject({ code: 'unavailable', details: { field: 'memory' } });
    }
  });
});

describe('rememberEndorsements', () => {
  const learns = async (given: Endorsements, at = clock) => {
    const memory = memoryAt();
    await rememberEndorsements(given, at, memory);
    return (await memory.newest(KEY)) !== undefined;
  };

  test('learns from its own source only', async () => {
    expect(await learns(endorsements(present))).toBe(true);
    expect(await learns(endorsements(present, { source: 'stapled' }))).toBe(false);
    expect(await learns(endorsements(present, { source: 'caller' }))).toBe(false);
  });

  test('learns from sound endorsements that are valid now only', async () => {
    expect(await learns(endorsements(present, { sound: false }))).toBe(false);
    expect(await learns(endorsements(present, { validity: null }))).toBe(false);
    expect(await learns(endorsements(present, { validity: { notBefore: 0, notAfter: present - 1 } }))).toBe(false);
    expect(await learns(endorsements(present, { validity: { notBefore: present + 1, notAfter: present + 2 } }))).toBe(
      false,
    );
  });

  test('learns nothing at a time that is not the present', async () => {
    expect(await learns(endorsements(present - day), { now: present - 61, skew: 0 })).toBe(false);
    expect(await learns(endorsements(present - day), { now: present + 61, skew: 0 })).toBe(false);
    expect(await learns(endorsements(present - day), { now: present + 61, skew: 61 })).toBe(true);
  });

  test('a document from the future is not remembered: it would refuse all genuine ones until then', async () => {
    expect(await learns(endorsements(present + day))).toBe(false);
  });
});

describe('createMemory', () => {
  test('keeps the greatest date', async () => {
    const memory = memoryAt();
    for (const date of [5, 9, 7]) await memory.remember('k', date);
    expect(await memory.newest('k')).toBe(9);
  });

  test('is bounded: the key unused for longest is forgotten', async () => {
    const memory = createMemory(() => new Date(0), { maxKeys: 2 });
    await memory.remember('a', 1);
    await memory.remember('b', 2);
    expect(await memory.newest('a')).toBe(1);
    await memory.remember('c', 3);
    expect([await memory.newest('a'), await memory.newest('b'), await memory.newest('c')]).toEqual([1, undefined, 3]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses maxKeys %d', (maxKeys) => {
    expect(() => createMemory(() => new Date(0), { maxKeys })).toThrow(AssayError);
  });
});
