import { authenticate, type Verdict } from '@assay/verify';
import { snp } from '@assay/verify/snp';
import { beforeAll, describe, expect, test } from 'vitest';
import { element, sequence } from '../der.ts';
import { amdName } from './certificate.ts';
import { makeSnpExhibit, type SnpExhibit, type SnpExhibitOptions } from './exhibit.ts';
import { createChipKey, createRsaKey } from './key.ts';
import { extension } from './vek.ts';
import { type AmdVendor, createAmdVendor, reissueAmdAuthority } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');
const DAY = 86_400_000;
const days = (count: number): Date => new Date(now.getTime() + count * DAY);

let turin: AmdVendor;
let genoa: AmdVendor;
/** Same names, other keys. */
let impostor: AmdVendor;
beforeAll(async () => {
  [turin, impostor] = await Promise.all([
    createAmdVendor({ product: 'Turin', now }),
    createAmdVendor({ product: 'Turin', now }),
  ]);
  genoa = await createAmdVendor({ product: 'Genoa', now, keys: turin.keys });
}, 120_000);

const judge = ({ evidence, endorsements }: SnpExhibit): Promise<Verdict> =>
  authenticate(evidence, {
    tees: [snp],
    now,
    endorsements: { snp: endorsements },
    roots: [turin.authorities.ark.certificate],
    allowSimulated: true,
  });

const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

/** Which checks refuse an exhibit. */
const refusing = async (options: SnpExhibitOptions, vendor = turin): Promise<readonly string[]> =>
  failuresOf(await judge(await makeSnpExhibit(vendor, options)));

describe('refused by its own check', () => {
  test.each([
    [
      'a report signed with another key',
      async () => ({ signing: { signer: await createChipKey() } }),
      ['snp.report.signature'],
    ],
    ['a revoked ASK', () => ({ crl: { revoked: [0x30001] } }), ['snp.crl.revocation']],
    ['a revoked ASVK', () => ({ vek: { kind: 'VLEK' }, crl: { revoked: [0x30101] } }), ['snp.crl.revocation']],
    [
      'a revoked leaf',
      () => ({ vek: { edits: { fields: { serial: 77 } } }, crl: { revoked: [3, 77] } }),
      ['snp.crl.revocation'],
    ],
    ['a revoked ARK', () => ({ crl: { revoked: [0x30000] } }), ['snp.crl.revocation']],
    ['a list that another signed', () => ({ crl: { signer: impostor.keys.ark } }), ['snp.crl.signature']],
    ['a list that the ASK signed', () => ({ crl: { signer: turin.keys.ask } }), ['snp.crl.signature']],
    ['a list of another issuer', () => ({ crl: { issuer: amdName('ARK-Milan', 'SIMULATED') } }), ['snp.crl.issuer']],
    ['an expired list', () => ({ crl: { nextUpdate: days(-1) } }), ['snp.crl.freshness']],
    ['a list from the future', () => ({ crl: { thisUpdate: days(1) } }), ['snp.crl.freshness']],
    [
      'a partial list',
      () => ({ crl: { extensions: (all) => [...all, { id: '2.5.29.28', critical: true, value: sequence() }] } }),
      ['snp.crl.issuer'],
    ],
    ['an expired leaf', () => ({ vek: { edits: { fields: { notAfter: days(-1) } } } }), ['snp.chain.validity']],
    ['a leaf of tomorrow', () => ({ vek: { edits: { fields: { notBefore: days(1) } } } }), ['snp.chain.validity']],
    [
      'an expired ASK',
      () => ({ vendor: (all) => reissueAmdAuthority(all, 'ask', { fields: { notAfter: days(-1) } }) }),
      ['snp.chain.validity'],
    ],
    [
      'an RSA-2048 key as ASK',
      async () => {
        const ask = await createRsaKey(2048);
        return { vendor: (all) => reissueAmdAuthority({ ...all, keys: { ...all.keys, ask } }, 'ask', {}) };
      },
      ['snp.chain.keys'],
    ],
    [
      'an ASK that is no CA',
      () => ({
        vendor: (all) =>
          reissueAmdAuthority(all, 'ask', { extensions: (list) => list.filter(({ id }) => id !== '2.5.29.19') }),
      }),
      ['snp.chain.constraints'],
    ],
    [
      'an ASK that may not certify',
      () => ({
        vendor: (all) =>
          reissueAmdAuthority(all, 'ask', { extensions: (list) => list.filter(({ id }) => id !== '2.5.29.15') }),
      }),
      ['snp.chain.constraints'],
    ],
    [
      'a leaf that is a CA',
      () => ({
        vek: {
          edits: {
            extensions: (list) => [
              ...list,
              { id: '2.5.29.19', critical: true, value: sequence(element(1, Uint8Array.of(255))) },
            ],
          },
        },
      }),
      ['snp.chain.constraints'],
    ],
    [
      'an unknown critical extension',
      () => ({
        vek: { edits: { extensions: (list) => [...list, { id: '1.2.3.4', critical: true, value: sequence() }] } },
      }),
      ['snp.chain.constraints'],
    ],
    [
      'a leaf of another name',
      () => ({ vek: { edits: { fields: { subject: amdName('SEV-VLEK', 'SIMULATED') } } } }),
      ['snp.chain.names'],
    ],
    [
      'a leaf of another organisation',
      () => ({ vek: { edits: { fields: { subject: amdName('SEV-VCEK', 'Another') } } } }),
      ['snp.chain.names'],
    ],
    [
      'an ASK of another name',
      () => ({
        vendor: (all) => reissueAmdAuthority(all, 'ask', { fields: { subject: amdName('SEV-Rome', 'SIMULATED') } }),
      }),
      ['snp.chain.names'],
    ],
    [
      'a distribution point of another line',
      () => ({
        vendor: (all) =>
          reissueAmdAuthority({ ...all, product: 'Turin', baseUrl: 'https://x.invalid/y' }, 'ask', {
            extensions: (list) => list.filter(({ id }) => id !== '2.5.29.31'),
          }),
      }),
      ['snp.chain.crl-url'],
    ],
    ['a product of another line', () => ({ report: { cpuid: Uint8Array.of(0x19, 0x11, 1) } }), ['snp.product.line']],
    ['an unknown processor', () => ({ report: { cpuid: Uint8Array.of(0x1a, 0x50, 1) } }), ['snp.product.line']],
    ['a leaf of an unknown product', () => ({ vek: { productName: 'Venice' } }), ['snp.vek.extensions']],
    [
      'a leaf without TCB',
      () => ({ vek: { edits: { extensions: (list) => list.filter(({ id }) => !id.endsWith('.3.9')) } } }),
      ['snp.vek.extensions'],
    ],
    [
      'a leaf with hardware and provider id',
      () => ({
        vek: { edits: { extensions: (list) => [...list, extension('5', element(0x16, Uint8Array.of(120)))] } },
      }),
      ['snp.vek.extensions'],
    ],
    ['a report that says VLEK with a VCEK', () => ({ report: { signerInfo: 4 } }), ['snp.vek.kind']],
    ['a reported TCB below the leaf', (vek) => ({ report: { reportedTcb: below(vek) } }), ['snp.tcb.reported']],
    ['a current TCB below the leaf', (vek) => ({ report: { currentTcb: below(vek) } }), ['snp.tcb.current']],
    [
      'an FMC of the current TCB below the leaf',
      (vek) => ({ report: { currentTcb: below(vek, 0) } }),
      ['snp.tcb.current'],
    ],
    ['another chip', () => ({ report: { chipId: new Uint8Array(64).fill(1) } }), ['snp.chip.id']],
    [
      'bytes after the hardware id',
      () => ({ report: ({ chipId }) => ({ chipId: chipId.with(8, 1) }) }),
      ['snp.chip.id'],
    ],
    ['a masked chip without MASK_CHIP_KEY', () => ({ report: { chipId: new Uint8Array(64) } }), ['snp.chip.id']],
    [
      'a chip behind a VLEK',
      () => ({ vek: { kind: 'VLEK' }, report: { chipId: new Uint8Array(64).fill(1) } }),
      ['snp.chip.id'],
    ],
  ] as const satisfies readonly Row[])('%s', async (_, options, ids) => {
    expect(await refusing(await options(TCB))).toEqual(ids);
  });

  test('a revoked ASVK does not concern a VCEK', async () => {
    expect(await refusing({ crl: { revoked: [0x30101] } })).toEqual([]);
  });

  test('endorsements of one line with a report of another', async () => {
    const [own, other] = await Promise.all([makeSnpExhibit(turin), makeSnpExhibit(genoa)]);
    const ids = failuresOf(await judge({ ...own, endorsements: other.endorsements }));
    expect(ids).toEqual(['snp.product.line', 'snp.report.signature', 'snp.chip.id']);
  });
});

type Row = readonly [string, (tcb: Uint8Array) => SnpExhibitOptions | Promise<SnpExhibitOptions>, readonly string[]];

/** The TCB of leaves of Turin, unless options say otherwise. */
const TCB = Uint8Array.of(1, 4, 0, 24, 0, 0, 0, 219);

const below = (tcb: Uint8Array, component = 3): Uint8Array => tcb.with(component, (tcb[component] ?? 1) - 1);
