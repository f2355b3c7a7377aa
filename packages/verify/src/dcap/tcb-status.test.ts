import { describe, expect, test } from 'vitest';
import { convergeStatus, relaunchStatus, type TcbStatus, type TdStatus, tcbStatusOf } from './tcb-status.ts';

const U = 'UpToDate';
const S = 'SWHardeningNeeded';
const C = 'ConfigurationNeeded';
const CS = 'ConfigurationAndSWHardeningNeeded';
const O = 'OutOfDate';
const OC = 'OutOfDateConfigurationNeeded';
const R = 'Revoked';
const WORDS: readonly TcbStatus[] = [U, S, C, CS, O, OC, R];

describe('1.9 item 40: the words', () => {
  test('are seven', () => {
    for (const word of WORDS) expect(tcbStatusOf(word)).toBe(word);
  });

  test.each(['', 'uptodate', 'UpToDate ', 'Up To Date', 'TDRelaunchAdvised', '__proto__', 'toString'])(
    '%j is none of them',
    (word) => {
      expect(() => tcbStatusOf(word)).toThrow(/tcbStatus/);
    },
  );
});

describe('1.9 item 41: converge', () => {
  // Rows: the platform; columns: one other part at each of WORDS.
  const TABLE: Readonly<Record<TcbStatus, readonly TcbStatus[]>> = {
    [U]: [U, U, U, U, O, U, R],
    [S]: [S, S, S, S, O, S, R],
    [C]: [C, C, C, C, OC, C, R],
    [CS]: [CS, CS, CS, CS, OC, CS, R],
    [O]: [O, O, O, O, O, O, R],
    [OC]: [OC, OC, OC, OC, OC, OC, R],
    [R]: [R, R, R, R, R, R, R],
  };

  test.each(WORDS)('of platform %s with every other part', (platform) => {
    expect(WORDS.map((part) => convergeStatus(platform, [part]))).toEqual(TABLE[platform]);
    expect(convergeStatus(platform, [])).toBe(platform);
  });

  test('of two parts: a revoked one decides, then one that is out of date, in any order', () => {
    for (const platform of WORDS) {
      for (const first of WORDS) {
        for (const second of WORDS) {
          const expected = [first, second].includes(R)
            ? R
            : [first, second].includes(O)
              ? TABLE[platform][WORDS.indexOf(O)]
              : platform;
          expect(convergeStatus(platform, [first, second])).toBe(expected);
          expect(convergeStatus(platform, [second, first])).toBe(expected);
        }
      }
    }
  });
});

describe('1.9 item 42: relaunch', () => {
  const A: TdStatus = 'TDRelaunchAdvised';
  const AC: TdStatus = 'TDRelaunchAdvisedConfigurationNeeded';
  // Rows: the status at launch; columns: the current one at each of WORDS.
  const TABLE: Readonly<Record<TcbStatus, readonly TdStatus[]>> = {
    [U]: [U, U, U, U, U, U, U],
    [S]: [S, S, S, S, S, S, S],
    [C]: [C, C, C, C, C, C, C],
    [CS]: [CS, CS, CS, CS, CS, CS, CS],
    [O]: [A, A, AC, AC, O, O, O],
    [OC]: [AC, AC, AC, AC, OC, OC, OC],
    [R]: [R, R, R, R, R, R, R],
  };

  test.each(WORDS)('of a TD that was %s at launch', (launch) => {
    expect(WORDS.map((current) => relaunchStatus(launch, current))).toEqual(TABLE[launch]);
  });
});
