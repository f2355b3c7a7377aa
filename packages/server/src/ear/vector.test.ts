import { readFileSync } from 'node:fs';
import type { Check, CheckOutcome, TeeName, Verdict } from '@assay/verify';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ASPECT_CHECKS, ASPECT_VALUES, CLAIMED_ASPECTS, SIMULATED } from './aspects.ts';
import { type Tier, tierOf, worst } from './tier.ts';
import { trustVector } from './vector.ts';

const TEES: readonly TeeName[] = ['sgx', 'tdx', 'snp', 'confidential-space'];

type Found = readonly [id: string, outcome: CheckOutcome, actual?: string];
const checkOf = ([id, outcome, actual]: Found): Check => ({
  id,
  layer: 'platform',
  outcome,
  ...(actual !== undefined && { actual }),
});
/** A verdict with these checks; the vector looks at nothing else. */
const verdictOf = (found: readonly Found[], change: Partial<Verdict> = {}): Verdict => ({
  schema: 'assay.verdict/1',
  outcome: 'affirming',
  trusted: true,
  tee: 'tdx',
  simulated: false,
  waived: [],
  layers: { authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'pass', bound: 'pass' },
  tcb: null,
  checks: found.map(checkOf),
  claims: null,
  validity: null,
  ...change,
});
const vector = (tee: TeeName, ...found: readonly Found[]) => trustVector(verdictOf(found), tee);
const tcbOf = (status: string): Verdict['tcb'] => {
  const part = { status, date: '2026-01-01T00:00:00Z' };
  return {
    ...part,
    advisories: [],
    evaluationDataNumber: 20,
    platform: part,
    module: null,
    qe: part,
    relaunchAdvised: false,
  };
};

describe('a claim is worth its worst check', () => {
  const cases = TEES.flatMap((tee) =>
    CLAIMED_ASPECTS.flatMap((aspect) => ASPECT_CHECKS[tee][aspect].map((id) => [tee, aspect, id] as const)),
  );
  test.each(cases)('%s: %s by %s', (tee, aspect, id) => {
    const others = ASPECT_CHECKS[tee][aspect].map((one): Found => [one, 'pass', 'chipId=00']);
    const { fail, warn } = ASPECT_VALUES[aspect];
    expect(vector(tee, ...others, [id, 'warn'])[aspect]).toBe(warn);
    expect(vector(tee, [id, 'warn'], ...others, [id, 'fail'])[aspect]).toBe(fail);
    expect(vector(tee, [id, 'skip'])[aspect] ?? 0).toBe(0);
  });

  test('and affirmed when all pass', () => {
    for (const tee of TEES) {
      const all = CLAIMED_ASPECTS.flatMap((aspect) => ASPECT_CHECKS[tee][aspect]);
      expect(vector(tee, ...all.map((id): Found => [id, 'pass', 'chipId=00']))).toEqual({
        'instance-identity': 2,
        configuration: 2,
        executables: 3,
        hardware: 2,
        'runtime-opaque': 2,
      });
    }
  });

  test('every check of platform and identity counts for something', () => {
    const known = new Set(TEES.flatMap((tee) => CLAIMED_ASPECTS.flatMap((aspect) => ASPECT_CHECKS[tee][aspect])));
    const page = readFileSync(new URL('../../../../docs/checks.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `([a-z0-9.-]+)` \| (?:platform|identity)\b/gm)].map(([, id = '']) => id);
    expect(listed.length).toBeGreaterThan(50);
    // Key chains and bundles are judged by calls of their own.
    const judged = listed.filter((id) => !/^(?:dstack\.key-chain|bundle)\./.test(id));
    expect(judged.filter((id) => !known.has(id))).toEqual([]);
    expect([...known].filter((id) => !judged.includes(id))).toEqual([]);
  });
});

describe('no claim is made', () => {
  test('of executables, when no check recognises them', () => {
    expect(vector('tdx', ['event-log.replay', 'pass'])).not.toHaveProperty('executables');
    expect(vector('confidential-space', ['cs.swname', 'pass'], ['cs.support', 'pass'])).not.toHaveProperty(
      'executables',
    );
    expect(vector('confidential-space', ['cs.swname', 'pass'], ['cs.image-signature', 'pass']).executables).toBe(3);
  });

  test('of an instance, when the policy names what many machines share', () => {
    expect(vector('sgx', ['identity.platform', 'pass', 'fmspc=00906ed50000'])).not.toHaveProperty('instance-identity');
    expect(vector('snp', ['identity.platform', 'pass', 'product=Genoa'])).not.toHaveProperty('instance-identity');
    expect(vector('sgx', ['identity.platform', 'pass', 'fmspc=00, ppid=11'])['instance-identity']).toBe(2);
    expect(vector('sgx', ['identity.platform', 'fail', 'ppid=11'])['instance-identity']).toBe(97);
  });

  test('of files, storage and sources: no evidence speaks of them', () => {
    for (const tee of TEES) {
      const aspects = Object.keys(vector(tee, ['identity.release', 'pass']));
      for (const aspect of ['file-system', 'storage-opaque', 'sourced-data']) expect(aspects).not.toContain(aspect);
    }
  });

  test('of hardware, when nothing was found out: the vector has the 0 that claims nothing', () => {
    expect(vector('tdx')).toEqual({ hardware: 0 });
    expect(tierOf(0)).toBe('none');
  });
});

describe('hardware and memory', () => {
  test('a status that the policy accepts is a warning all the same', () => {
    const accepted = (status: string) =>
      trustVector(verdictOf([['tcb.status', 'pass']], { tcb: tcbOf(status) }), 'tdx').hardware;
    expect(accepted('UpToDate')).toBe(2);
    for (const status of ['SWHardeningNeeded', 'OutOfDate', 'TDRelaunchAdvised']) expect(accepted(status)).toBe(32);
  });

  test('a debug workload that the policy allows is visible to its host', () => {
    expect(vector('sgx', ['sgx.debug', 'warn'])['runtime-opaque']).toBe(96);
    expect(vector('confidential-space', ['cs.dbgstat', 'warn'])['runtime-opaque']).toBe(96);
  });

  test('plain SEV shows registers', () => {
    const on = (hardware: string) =>
      vector('confidential-space', ['cs.dbgstat', 'pass'], ['cs.hwmodel', 'pass', hardware])['runtime-opaque'];
    expect(on('GCP_AMD_SEV')).toBe(32);
    expect(on('GCP_AMD_SEV_ES')).toBe(2);
    expect(on('GCP_INTEL_TDX')).toBe(2);
  });

  test('simulated evidence is contraindicated, whatever its checks found', () => {
    const ids = TEES.flatMap((tee) => CLAIMED_ASPECTS.flatMap((aspect) => ASPECT_CHECKS[tee][aspect]));
    const found = fc.tuple(fc.constantFrom(...ids), fc.constantFrom<CheckOutcome>('pass', 'fail', 'warn', 'skip'));
    fc.assert(
      fc.property(fc.constantFrom(...TEES), fc.array(found, { maxLength: 20 }), (tee, checks) => {
        const claims = trustVector(verdictOf(checks, { simulated: true }), tee);
        expect(claims).toMatchObject(SIMULATED);
        expect(worst(Object.values(claims).map(tierOf))).toBe('contraindicated');
      }),
    );
  });
});

describe('AR4SI section 2.3.2: tiers of values', () => {
  test.each<readonly [Tier, readonly number[]]>([
    ['none', [0, 1, -1]],
    ['affirming', [2, 31, -2, -32]],
    ['warning', [32, 95, -33, -96]],
    ['contraindicated', [96, 127, -97, -128]],
  ])('%s', (tier, values) => {
    for (const value of values) expect(tierOf(value)).toBe(tier);
  });

  test('the one of least trust counts; none lowers nothing', () => {
    expect(worst(['affirming', 'none'])).toBe('affirming');
    expect(worst(['affirming', 'warning', 'none'])).toBe('warning');
    expect(worst(['warning', 'contraindicated', 'affirming'])).toBe('contraindicated');
    expect(worst([])).toBe('none');
  });
});
