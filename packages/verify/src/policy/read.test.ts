import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssayError } from '../errors.ts';
import { MEASUREMENTS } from './measurements.ts';
import { parsePolicy } from './parse.ts';
import { closest } from './spelling.ts';

const hex = (bytes: number): string => 'ab'.repeat(bytes);
const release = (measurements: object) => ({ releases: [{ name: 'v1', measurements }] });

const TOP = [
  'schema',
  'tcb',
  'debug',
  'tdx',
  'snp',
  'confidentialSpace',
  'platforms',
  'releases',
  'identity',
  'freshness',
  'binding',
];

/** The message about a policy that must be refused. */
function messageOf(input: unknown): string {
  try {
    parsePolicy(input);
  } catch (error) {
    if (error instanceof AssayError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('values out of bounds are refused', () => {
  test.each([
    [{ tcb: { graceDays: -1 } }, 'expected an integer from 0 to 3650, found -1'],
    [{ tcb: { graceDays: 3651 } }, 'expected an integer from 0 to 3650, found 3651'],
    [{ tcb: { graceDays: 1.5 } }, 'expected an integer from 0 to 3650, found 1.5'],
    [{ tcb: { graceDays: Number.NaN } }, 'expected an integer from 0 to 3650, found NaN'],
    [{ tcb: { graceDays: '30' } }, 'expected an integer from 0 to 3650, found "30"'],
    [{ tcb: { maxCollateralAgeDays: 0 } }, 'expected an integer from 1 to 3650, found 0'],
    [{ freshness: { maxAgeSeconds: 0 } }, 'expected an integer from 1 to 31622400, found 0'],
    [{ freshness: 'never' }, 'expected "any" or an object, found "never"'],
    [{ snp: { vmpl: [4] } }, 'expected an integer from 0 to 3, found 4'],
    [{ snp: { minimumAbi: '1.256' } }, 'expected major.minor, each 0 to 255, found "1.256"'],
    [
      { snp: { minimumReportedTcb: { Milan: { snp: 256 } } } },
      'policy.snp.minimumReportedTcb.Milan.snp: expected an integer from 0 to 255',
    ],
    [release({ mrenclave: hex(32), isvSvn: '65536x' }), 'expected a decimal number'],
    [
      { binding: { profile: 'assay/1', claims: { a: 1.5 } } },
      'expected text of 0 to 4096 characters or an integer, found 1.5',
    ],
    [null, 'policy: expected an object, found null'],
    [undefined, 'policy: expected an object, found nothing'],
    [[], 'policy: expected an object, found an empty list'],
    ['any', 'policy: expected an object, found "any"'],
  ])('%j', (input, message) => {
    expect(messageOf(input)).toContain(message);
  });

  test.each([new Map([['identity', 'any']]), new Date(0), Object.create({ identity: 'any' }), () => ({})])(
    'what is no plain object, and would look like an empty one (%#)',
    (input) => {
      expect(messageOf(input)).toContain('policy: expected an object');
    },
  );

  test('a cycle', () => {
    const cycle: { tcb?: unknown } = {};
    cycle.tcb = cycle;
    expect(messageOf(cycle)).toContain('unknown key `tcb` at policy.tcb');
  });

  test('a long value is cut in the message', () => {
    expect(messageOf({ debug: 'x'.repeat(100_000) }).length).toBeLessThan(300);
  });
});

test('no input makes it throw anything but a usage error (property)', () => {
  const keys = fc.oneof(fc.constantFrom(...TOP, ...Object.keys(MEASUREMENTS), 'name', 'measurements'), fc.string());
  const input = fc.anything({ key: keys, maxDepth: 5, withNullPrototype: true, withSparseArray: true });
  const nearly = fc.tuple(fc.constantFrom(...TOP), input).map(([key, value]) => ({ [key]: value }));
  fc.assert(
    fc.property(fc.oneof(input, nearly), (value) => {
      try {
        parsePolicy(value);
      } catch (error) {
        expect(error).toBeInstanceOf(AssayError);
        expect((error as AssayError).code).toBe('usage');
        expect((error as AssayError).details.field).toMatch(/^policy/);
      }
    }),
    { numRuns: 500 },
  );
});

describe('the word that was meant', () => {
  const known = ['identity', 'releases', 'maxAgeSeconds', 'mrtd', 'smt', 'tsme'];

  test.each([
    ['identiy', 'identity'],
    ['idnetity', 'identity'],
    ['release', 'releases'],
    ['max_age', 'maxAgeSeconds'],
    ['MRTD', 'mrtd'],
    ['mrdt', 'mrtd'],
    ['stm', 'smt'],
    ['xyz', undefined],
    ['x', undefined],
    ['', undefined],
    ['i'.repeat(100_000), undefined],
  ])('%s: %s', (word, meant) => {
    expect(closest(word, known)).toBe(meant);
  });
});
