import { authenticate, type Policy, type SnpEndorsements, type Verdict, verify } from '@assay/verify';
import { snp } from '@assay/verify/snp';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeSnpExhibit, type SnpExhibit, type SnpExhibitOptions } from './exhibit.ts';
import { type AmdVendor, createAmdVendor } from './vendor.ts';

const now = new Date('2026-11-01T12:00:00Z');

let turin: AmdVendor;
let milan: AmdVendor;
let genoa: AmdVendor;
/** Same names, other keys. */
let impostor: AmdVendor;
beforeAll(async () => {
  [turin, impostor] = await Promise.all([
    createAmdVendor({ product: 'Turin', now }),
    createAmdVendor({ product: 'Turin', now }),
  ]);
  [milan, genoa] = await Promise.all([
    createAmdVendor({ product: 'Milan', now, keys: turin.keys }),
    createAmdVendor({ product: 'Genoa', now, keys: turin.keys }),
  ]);
}, 120_000);

const judge = ({ evidence, endorsements }: SnpExhibit): Promise<Verdict> =>
  authenticate(evidence, {
    tees: [snp],
    now,
    endorsements: { snp: endorsements },
    roots: [turin.authorities.ark.certificate],
    allowSimulated: true,
  });

const idsOf = ({ checks }: Verdict, outcome: 'fail' | 'skip'): readonly string[] =>
  checks.filter((check) => check.outcome === outcome).map(({ id }) => id);

/** Which checks refuse an exhibit. */
const refusing = async (options: SnpExhibitOptions, vendor = turin): Promise<readonly string[]> =>
  idsOf(await judge(await makeSnpExhibit(vendor, options)), 'fail');

describe('accepted', () => {
  test.each(['VCEK', 'VLEK'] as const)('every line and version with a %s', async (kind) => {
    for (const vendor of [milan, genoa, turin]) {
      for (const version of [2, 3, 4, 5]) {
        const exhibit = await makeSnpExhibit(vendor, { vek: { kind }, report: { version } });
        const verdict = await judge(exhibit);
        expect([vendor.product, version, idsOf(verdict, 'fail'), verdict.layers.authentic]).toEqual([
          vendor.product,
          version,
          [],
          'pass',
        ]);
        expect(verdict).toMatchObject({
          tee: 'snp',
          simulated: true,
          claims: { platform: { product: vendor.product } },
        });
        expect(verdict.claims?.platform.chipId === undefined).toBe(kind === 'VLEK');
      }
    }
  });

  test('a chip id masked by MASK_CHIP_KEY, named by the certificate', async () => {
    const exhibit = await makeSnpExhibit(turin, { report: { chipId: new Uint8Array(64), signerInfo: 2 } });
    const verdict = await judge(exhibit);
    expect(idsOf(verdict, 'fail')).toEqual([]);
    expect(verdict.claims?.platform.chipId).toBe(Buffer.from(exhibit.vek.chipId).toString('hex'));
  });

  test('a processor of Bergamo or Siena by the root of Genoa', async () => {
    const cpuid = Uint8Array.of(0x19, 0xa0, 2);
    expect(await refusing({ report: { cpuid }, vek: { productName: 'Siena-A0' } }, genoa)).toEqual([]);
  });

  test('only when the caller says that simulated evidence will do', async () => {
    const { evidence, endorsements } = await makeSnpExhibit(turin);
    const given = { tees: [snp], now, endorsements: { snp: endorsements } };
    const roots = [turin.authorities.ark.certificate];
    expect(idsOf(await authenticate(evidence, given), 'fail')).toEqual(['snp.ark.anchor']);
    expect(idsOf(await authenticate(evidence, { ...given, roots }), 'fail')).toEqual(['trust.simulated']);
  });
});

describe("an attacker's VCEK", () => {
  const forged = async (files: (own: SnpExhibit, genuine: SnpExhibit) => SnpEndorsements): Promise<Verdict> => {
    const [own, genuine] = await Promise.all([makeSnpExhibit(impostor), makeSnpExhibit(turin)]);
    return judge({ ...own, endorsements: files(own, genuine) as SnpExhibit['endorsements'] });
  };

  test('under the genuine chain', async () => {
    const verdict = await forged((own, genuine) => ({ ...genuine.endorsements, vek: own.endorsements.vek }));
    expect(idsOf(verdict, 'fail')).toEqual(['snp.vek.signature']);
  });

  test('with the ASK, under the genuine ARK', async () => {
    const verdict = await forged((own, genuine) => ({
      ...own.endorsements,
      ark: genuine.endorsements.ark,
      crl: genuine.endorsements.crl,
    }));
    expect(idsOf(verdict, 'fail')).toEqual(['snp.ask.signature']);
  });

  test('with ASK and ARK', async () => {
    const verdict = await forged((own) => own.endorsements);
    expect(idsOf(verdict, 'fail')).toEqual(['snp.ark.anchor']);
    expect(verdict.simulated).toBe(false);
  });

  test('with the ASK, and no ARK', async () => {
    const verdict = await forged((own) => ({ ...own.endorsements, ark: undefined }));
    expect(idsOf(verdict, 'fail')).toEqual(['snp.ark.present']);
    expect(idsOf(verdict, 'skip')).toContain('snp.ark.anchor');
    expect(verdict.layers.authentic).toBe('fail');
  });

  test('alone', async () => {
    const verdict = await forged((own) => ({ vek: own.endorsements.vek }));
    expect(idsOf(verdict, 'fail')).toEqual(['snp.ask.present', 'snp.ark.present', 'snp.crl.present']);
  });

  test('issued by a genuine VCEK', async () => {
    const genuine = await makeSnpExhibit(turin);
    const own = await makeSnpExhibit(turin, { vek: { edits: { signer: genuine.vek.key } } });
    expect(idsOf(await judge(own), 'fail')).toEqual(['snp.vek.signature']);
  });
});

describe('a whole verdict', () => {
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const reportData = new Uint8Array(64);
  reportData.set(nonce);
  const measurement = new Uint8Array(48).fill(0x5a);
  const policy = (measured: string): Policy => ({
    releases: [{ name: 'guest 1', measurements: { measurement: measured } }],
    snp: { products: ['Turin'], minimumReportedTcb: { Turin: { fmc: 1, snp: 24 } } },
    freshness: 'any',
    binding: 'any',
  });

  test.each(['VCEK', 'VLEK'] as const)('on a %s of Turin, version 5', async (kind) => {
    const { evidence, endorsements } = await makeSnpExhibit(turin, {
      vek: { kind },
      report: { reportData, measurement },
    });
    const roots = [turin.authorities.ark.certificate];
    const given = { tees: [snp], now, endorsements: { snp: endorsements }, roots, allowSimulated: true };
    const verdict = await verify(evidence, { ...given, policy: policy('5a'.repeat(48)) });
    expect(verdict.checks.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(verdict).toMatchObject({ trusted: true, tee: 'snp', tcb: null, simulated: true });
    const refused = await verify(evidence, { ...given, policy: policy('5b'.repeat(48)) });
    expect(idsOf(refused, 'fail')).toEqual(['identity.release']);
  });
});
