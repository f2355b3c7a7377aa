import { expect, test } from 'vitest';
import { describeWithVectors, vector, vectors, vectorText } from '../../../../tools/vectors-in-tests.ts';
import type { Endorsements } from '../endorsements/handle.ts';
import type { SnpEndorsements } from '../endorsements/raw.ts';
import { Checklist } from '../verdict/checklist.ts';
import { snp } from './index.ts';

const genoa = 'snp-v5-genoa-vcek-6d1ceffa';
const milan = 'snp-v3-milan-vcek-05b7438a';
const vlek = 'snp-v3-milan-vlek-decdab94';

function timeOf(name: string): number {
  const meta = JSON.parse(vectorText(`${name}/meta.json`)) as { readonly expected: { readonly time: number } };
  return meta.expected.time;
}

function endorsementsOf(name: string): Required<SnpEndorsements> {
  const leaf = vectors[`${name}/vcek.der`] === undefined ? 'vlek.der' : 'vcek.der';
  const member = (file: string) => vector(`${name}/${file}`);
  return { vek: member(leaf), ask: member('ask.der'), ark: member('ark.der'), crl: member('arkCrl.der') };
}

function handleOf(given: SnpEndorsements): Promise<Endorsements> {
  return snp.endorsements.authenticate({ snp: given }, { roots: [], source: 'caller' });
}

async function judge(report: Uint8Array, handle: Endorsements, now: number) {
  const checks = new Checklist(snp.checks);
  const parsed = snp.parse(report, checks);
  const result = parsed && (await snp.authenticate(parsed, handle, { now, skew: 0 }, checks));
  return { result, failed: checks.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id) };
}

async function judgeCase(name: string, change: Partial<SnpEndorsements> = {}) {
  return judge(vector(`${name}/report.bin`), await handleOf({ ...endorsementsOf(name), ...change }), timeOf(name));
}

describeWithVectors('what does not belong together', () => {
  test.each([
    [
      'VCEK of another chip',
      genoa,
      { vek: `${milan}/vcek.der` },
      ['snp.vek.signature', 'snp.chain.names', 'snp.product.line', 'snp.report.signature', 'snp.chip.id'],
    ],
    [
      'VCEK of another chip of the line',
      milan,
      { vek: 'snp-v2-milan-vcek-120d77b2/vcek.der' },
      ['snp.report.signature', 'snp.tcb.reported', 'snp.chip.id'],
    ],
    [
      'VLEK instead of VCEK',
      milan,
      { vek: `${vlek}/vlek.der`, ask: `${vlek}/ask.der` },
      ['snp.vek.kind', 'snp.report.signature', 'snp.tcb.reported'],
    ],
    ['ASVK instead of ASK', milan, { ask: `${vlek}/ask.der` }, ['snp.vek.signature', 'snp.chain.names']],
    [
      'ASK of another product',
      milan,
      { ask: '_amd/sev-genoa-546473.der' },
      ['snp.ask.signature', 'snp.vek.signature', 'snp.chain.names', 'snp.chain.crl-url'],
    ],
    [
      'ARK of another product',
      milan,
      { ark: '_amd/ark-genoa-4c6598.der' },
      [
        'snp.ask.signature',
        'snp.chain.names',
        'snp.chain.crl-url',
        'snp.crl.issuer',
        'snp.crl.signature',
        'snp.product.line',
      ],
    ],
    [
      'ASK as ARK',
      milan,
      { ark: `${milan}/ask.der` },
      [
        'snp.ark.self-signed',
        'snp.ark.anchor',
        'snp.ask.signature',
        'snp.chain.names',
        'snp.crl.issuer',
        'snp.crl.signature',
        'snp.product.line',
        'snp.chain.constraints',
      ],
    ],
    [
      'CRL of another product',
      milan,
      { crl: '_amd/crl-ark-genoa-2024-10-23-2025-11-03.der' },
      ['snp.crl.issuer', 'snp.crl.signature', 'snp.crl.freshness'],
    ],
  ])('%s', async (_, name, files, ids) => {
    const change = Object.fromEntries(Object.entries(files).map(([member, path]) => [member, vector(path)]));
    expect((await judgeCase(name, change)).failed.sort()).toEqual([...ids].sort());
  });

  test.each(['vek', 'ask', 'ark', 'crl'] as const)(
    '%s missing, empty, cut, garbage, or two of them',
    async (member) => {
      const whole = endorsementsOf(genoa)[member] ?? new Uint8Array();
      const texts = ['', 'x', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----', '00', '{}'];
      const wrong = [
        undefined,
        whole.subarray(0, 100),
        whole.subarray(0, whole.length - 1),
        new Uint8Array([...whole, ...whole]),
        new Uint8Array([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]),
        ...texts.map((text) => new TextEncoder().encode(text)),
      ];
      for (const bytes of wrong)
        expect((await judgeCase(genoa, { [member]: bytes })).failed).toEqual([`snp.${member}.present`]);
    },
  );

  test('endorsements of nobody, or of another vendor, are none', async () => {
    const fourMissing = ['snp.vek.present', 'snp.ask.present', 'snp.ark.present', 'snp.crl.present'];
    const report = vector(`${genoa}/report.bin`);
    const empty = await snp.endorsements.authenticate({}, { roots: [], source: 'caller' });
    const real = await handleOf(endorsementsOf(genoa));
    for (const handle of [empty, { ...real }, Object.create(real) as Endorsements]) {
      const { failed, result } = await judge(report, handle, timeOf(genoa));
      expect(failed).toEqual(fourMissing);
      expect(result?.validity).toBeNull();
    }
    expect(empty).toMatchObject({ sound: false, validity: null, documents: [] });
  });
});
