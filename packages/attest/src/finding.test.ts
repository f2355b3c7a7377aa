import { describe, expect, test } from 'vitest';
import { unavailable } from './failure.ts';
import { findingAfter, findingOf, whatHappened } from './finding.ts';

const refused = unavailable('/dev/x: no such file (ENOENT)', 'load the module; see `lsmod`');
const fails = () => Promise.reject(refused);

describe('a finding', () => {
  test('is what was found, or what happened and what to do about it', async () => {
    expect(await findingOf(async () => '/dev/x')).toEqual({ outcome: 'pass', found: '/dev/x' });
    expect(await findingOf(fails)).toEqual({
      outcome: 'fail',
      found: '/dev/x: no such file (ENOENT)',
      remedy: 'load the module; see `lsmod`',
    });
    expect(await findingOf(() => Promise.reject(new Error('odd')))).toEqual({ outcome: 'fail', found: 'odd' });
  });

  test('is skipped when something before it does not hold, which is not repeated', async () => {
    const look = async () => 'a quote';
    expect(await findingAfter(fails, 'no device', look)).toEqual({ outcome: 'skip', found: 'no device' });
    expect(await findingAfter(look, 'no device', look)).toEqual({ outcome: 'pass', found: 'a quote' });
  });
});

test('what happened is told without the remedy', () => {
  expect(whatHappened(refused)).toBe('/dev/x: no such file (ENOENT)');
  expect(whatHappened('odd')).toBe('odd');
});
