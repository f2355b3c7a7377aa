import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { SnpEndorsements } from '../endorsements/raw.ts';
import { Checklist } from '../verdict/checklist.ts';
import { snp } from './index.ts';

/** Where a flipped bit lies, and the checks of which one must refuse it. What is signed may always fall to the signature. */
const REGIONS: readonly { readonly from: number; readonly to: number; readonly ids: readonly string[] }[] = [
  { from: 0x000, to: 0x004, ids: ['snp.report.version', 'snp.report.reserved', 'snp.report.signature'] },
  { from: 0x008, to: 0x010, ids: ['snp.report.policy', 'snp.report.signature'] },
  { from: 0x034, to: 0x038, ids: ['snp.report.signature-algorithm'] },
  {
    from: 0x048,
    to: 0x04c,
    ids: ['snp.report.signer-info', 'snp.report.signing-key', 'snp.vek.kind', 'snp.report.signature'],
  },
  { from: 0x04c, to: 0x050, ids: ['snp.report.reserved'] },
  { from: 0x18b, to: 0x1a0, ids: ['snp.report.reserved'] },
  { from: 0x1eb, to: 0x1ec, ids: ['snp.report.reserved'] },
  { from: 0x1ef, to: 0x1f0, ids: ['snp.report.reserved'] },
  { from: 0x208, to: 0x2a0, ids: ['snp.report.reserved'] },
  { from: 0x2a0, to: 0x2d0, ids: ['snp.report.signature', 'snp.report.signature-form'] },
  { from: 0x2d0, to: 0x2e8, ids: ['snp.report.signature-form'] },
  { from: 0x2e8, to: 0x318, ids: ['snp.report.signature', 'snp.report.signature-form'] },
  { from: 0x318, to: 0x4a0, ids: ['snp.report.signature-form'] },
];
const SIGNED = ['snp.report.signature'];

interface Meta {
  readonly expected: { readonly time: number };
}

const whole = Object.keys(vectors).flatMap((path) => /^(snp-.*)\/arkCrl\.der$/.exec(path)?.[1] ?? []);
const genoa = 'snp-v5-genoa-vcek-6d1ceffa';

const timeOf = (name: string): number => (JSON.parse(vectorText(`${name}/meta.json`)) as Meta).expected.time;

function endorsementsOf(name: string) {
  const leaf = vectors[`${name}/vcek.der`] === undefined ? 'vlek.der' : 'vcek.der';
  const member = (file: string) => vector(`${name}/${file}`);
  return { vek: member(leaf), ask: member('ask.der'), ark: member('ark.der'), crl: member('arkCrl.der') };
}

const handleOf = (given: SnpEndorsements): Promise<Endorsements> =>
  snp.endorsements.authenticate({ snp: given }, { roots: [], source: 'caller' });

async function failures(report: Uint8Array, handle: Endorsements, now: number): Promise<readonly string[]> {
  const checks = new Checklist(snp.checks);
  const parsed = snp.parse(report, checks);
  if (parsed !== undefined) await snp.authenticate(parsed, handle, { now, skew: 0 }, checks);
  return checks.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describeWithVectors('one flipped bit', () => {
  test.each(whole)('in any byte of %s is refused by a check of its region', async (name) => {
    const report = vector(`${name}/report.bin`);
    const handle = await handleOf(endorsementsOf(name));
    const now = timeOf(name);
    expect(await failures(report, handle, now)).toEqual([]);
    for (let at = 0; at < report.length; at += 1) {
      const failed = await failures(flip(report, 8 * at + ((at * 5) & 7)), handle, now);
      const ids = at >= 0x188 && at < 0x2a0 ? ['snp.report.reserved', ...SIGNED] : SIGNED;
      const region = REGIONS.find(({ from, to }) => at >= from && at < to)?.ids ?? ids;
      expect([at, failed.some((id) => region.includes(id))]).toEqual([at, true]);
    }
  });

  test.each(['vek', 'ask', 'ark', 'crl'] as const)('in the genuine %s is refused, whatever it hits', async (member) => {
    const report = vector(`${genoa}/report.bin`);
    const given = endorsementsOf(genoa);
    const now = timeOf(genoa);
    const bit = fc.integer({ min: 0, max: 8 * given[member].length - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (position) => {
        const handle = await handleOf({ ...given, [member]: flip(given[member], position) });
        expect((await failures(report, handle, now)).length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  test.each(['vek', 'ask', 'ark', 'crl'] as const)(
    'many of them, cuts and additions in the %s never throw',
    async (member) => {
      const report = vector(`${genoa}/report.bin`);
      const given = endorsementsOf(genoa);
      const edit = fc.record({ at: fc.nat(2000), remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
          const bytes = edits.reduce(
            (all, { at, remove, insert }) => all.toSpliced(at, remove, ...insert),
            [...given[member]],
          );
          const handle = await handleOf({ ...given, [member]: Uint8Array.from(bytes) });
          expect(Array.isArray(await failures(report, handle, timeOf(genoa)))).toBe(true);
        }),
        { numRuns: 100 },
      );
    },
  );
});
