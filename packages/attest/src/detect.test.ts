import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import type { Attester, AttesterName } from './attester.ts';
import { findAttester } from './detect.ts';
import { examine } from './examine.ts';
import type { HealthCheck } from './health.ts';

const attester = (name: AttesterName, available: boolean, health: readonly HealthCheck[] = []): Attester => ({
  name,
  detect: async () => ({ available, looked: [`/dev/${name}: ${available ? 'there' : 'no such file'}`] }),
  evidence: () => Promise.reject(new Error('not asked for')),
  health,
});

describe('a search for an attester', () => {
  test('takes the first that can work, and names the others', async () => {
    const [tsm, dstack, proxy] = [attester('tsm', false), attester('dstack', true), attester('proxy', true)];
    expect(await findAttester([tsm, dstack, proxy])).toEqual({ attester: dstack, others: [proxy] });
  });

  test('without any says what each one looked for', async () => {
    const search = findAttester([attester('tsm', false), attester('gramine', false)]);
    await expect(search).rejects.toThrow(AssayError);
    await expect(search).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(
        /^no attester works here; looked for tsm \(\/dev\/tsm: no such file\); gramine \(\/dev\/gramine: no such file\); .*assay simulate.*assay doctor/,
      ),
    });
  });

  test('stops when it is called off', async () => {
    await expect(findAttester([attester('tsm', true)], AbortSignal.abort(new Error('enough')))).rejects.toThrow(
      'enough',
    );
  });
});

test('an examination runs every look in order, and a look that fails is a finding', async () => {
  const order: string[] = [];
  const check = (id: string, look: HealthCheck['look']): HealthCheck => ({
    id,
    requires: `${id} holds.`,
    look: (signal) => {
      order.push(id);
      return look(signal);
    },
  });
  const health = [
    check('tsm.folder', async () => ({ outcome: 'pass', found: '/sys' })),
    check('tsm.provider', () => Promise.reject(new Error('EIO'))),
  ];
  expect(await examine(attester('tsm', true, health))).toEqual({
    name: 'tsm',
    available: true,
    looked: ['/dev/tsm: there'],
    checks: [
      { id: 'tsm.folder', requires: 'tsm.folder holds.', outcome: 'pass', found: '/sys' },
      {
        id: 'tsm.provider',
        requires: 'tsm.provider holds.',
        outcome: 'fail',
        found: 'EIO',
        remedy: 'This look itself failed: report it as a fault of Assay.',
      },
    ],
  });
  expect(order).toEqual(['tsm.folder', 'tsm.provider']);
});
