import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Checklist } from '../verdict/checklist.ts';
import { dcapChecks } from './checks.ts';
import { checkWindows, intersection, type Window } from './window.ts';

const open = (notBefore: number, notAfter: number, check = 'dcap.tcb-info.validity', what = 'tcb-info'): Window => ({
  check,
  what,
  notBefore,
  notAfter,
});

function outcomes(windows: readonly Window[], now: number, skew = 0): readonly string[] {
  const checks = new Checklist(dcapChecks);
  checkWindows(windows, { now, skew }, checks);
  return checks.checks.map(({ id, outcome }) => `${id} ${outcome}`);
}

const holds = (now: number, skew = 0): boolean => outcomes([open(1000, 2000)], now, skew)[0]?.endsWith('pass') === true;

describe('1.2 item 16, 1.3 item 21, 1.5 item 27: dates', () => {
  test('both ends belong to the window', () => {
    expect([999, 1000, 1001, 1999, 2000, 2001].map((now) => holds(now))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  test('the skew widens both ends, by so much and no more', () => {
    expect([939, 940, 2060, 2061].map((now) => holds(now, 60))).toEqual([false, true, true, false]);
  });

  test('a window that ends before it begins is never open, unless the skew spans it', () => {
    expect(outcomes([open(2000, 1000)], 1500)).toEqual(['dcap.tcb-info.validity fail']);
  });

  test('windows of one check pass or fail together, others apart; the first that is off is named', () => {
    const windows = [
      open(0, 5000),
      open(0, 3000, 'dcap.pck.validity', 'leaf'),
      open(0, 10, 'dcap.pck.validity', 'CA'),
      open(0, 20, 'dcap.pck.validity', 'root'),
    ];
    const checks = new Checklist(dcapChecks);
    checkWindows(windows, { now: 100, skew: 0 }, checks);
    expect(checks.checks.map(({ id, outcome, expected, actual }) => [id, outcome, expected, actual])).toEqual([
      ['dcap.tcb-info.validity', 'pass', undefined, undefined],
      ['dcap.pck.validity', 'fail', 'CA: 1970-01-01T00:00:00Z to 1970-01-01T00:00:10Z', '1970-01-01T00:01:40Z'],
    ]);
  });

  test('without a window there is no check, so that none can pass', () => {
    expect(outcomes([], 0)).toEqual([]);
  });
});

describe('the intersection', () => {
  test('of nothing is nothing', () => {
    expect(intersection([])).toBeNull();
  });

  test('holds exactly the instants at which every window is open', () => {
    const time = fc.integer({ min: 0, max: 50 });
    const window = fc.tuple(time, time).map(([from, to]) => open(from, to));
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 5 }), time, (windows, now) => {
        const both = intersection(windows);
        const inside = both !== null && both.notBefore <= now && now <= both.notAfter;
        expect(inside).toBe(outcomes(windows, now).every((text) => text.endsWith('pass')));
      }),
    );
  });
});
