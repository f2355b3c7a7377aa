import { expect, test } from 'vitest';
import { type IntelCase, intelCase, intelCaseNames } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import { authenticate } from '../authenticate.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import type { DcapCollateral } from '../endorsements/raw.ts';
import { sgx } from '../sgx/index.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';

const judge = (one: IntelCase, collateral: DcapCollateral = one.collateral, at = one.time): Promise<Verdict> =>
  authenticate(one.quote, {
    tees: [sgx, tdx],
    now: new Date(at * 1000),
    endorsements: { dcap: collateral },
    roots: one.roots,
    allowSimulated: one.roots.length > 0,
  });

const failing = ({ checks }: Verdict) => checks.filter(({ outcome }) => outcome === 'fail');
const failures = (verdict: Verdict): readonly string[] => failing(verdict).map(({ id }) => id);

const ALL = intelCaseNames(/^(sgx|tdx|synth)-/);
const read = ALL.map((name) => intelCase(name));
const accepted = read.filter(
  ({ meta }) => meta.collateral?.complete !== false && meta.expected.status?.startsWith('error:') === false,
);

describeWithVectors('a real quote', () => {
  test('has a case of every kind', () => {
    expect(accepted.length).toBeGreaterThan(15);
    expect(new Set(accepted.map(({ meta }) => meta.expected.status)).size).toBeGreaterThanOrEqual(5);
  });

  test.each(accepted)('$name is genuine at the level that Intel gives it', async (one) => {
    const verdict = await judge(one);
    const { expected } = one.meta;
    expect([failures(verdict), verdict.layers.authentic]).toEqual([[], 'pass']);
    expect(verdict.tcb?.status).toBe(expected.status);
    expect([verdict.simulated, verdict.trusted, verdict.outcome]).toEqual([one.roots.length > 0, false, 'warning']);
    const { detail = {} } = expected;
    const { tcb } = verdict;
    expect(tcb?.date).toBe(detail.tcbDate);
    expect([tcb?.platform.status, tcb?.qe.status, tcb?.module?.status]).toEqual([
      detail.platform,
      detail.qe,
      detail.module,
    ]);
    if (detail.platformDate !== undefined && detail.qeDate !== undefined) {
      expect([tcb?.platform.date, tcb?.qe.date, tcb?.module?.date]).toEqual([
        detail.platformDate,
        detail.qeDate,
        detail.moduleDate,
      ]);
    }
    expect(tcb?.relaunchAdvised).toBe(expected.status?.startsWith('TDRelaunch'));
  });

  test.each(accepted)('$name has the advisories of its level, each with its source', async (one) => {
    const verdict = await judge(one);
    const found = verdict.tcb?.advisories ?? [];
    expect(found.map(({ id }) => id)).toEqual(one.meta.expected.detail?.advisories);
    const sources = found.map(({ source }) => source);
    expect(sources).toEqual(
      (['platform', 'qe', 'module'] as const).flatMap((of) => sources.filter((source) => source === of)),
    );
    for (const { id, source } of found) {
      const document = source === 'qe' ? one.collateral.qeIdentity : one.collateral.tcbInfo;
      const text =
        source === 'module'
          ? /"tdxModuleIdentities":.*?"tcbLevels":\[\{"tcb":\{"sgx/.exec(document ?? '')?.[0]
          : document;
      expect(text).toContain(id);
    }
  });

  test.each(accepted.filter(({ meta }) => meta.quote.pck !== undefined))(
    '$name says which machine it is',
    async (one) => {
      const { claims } = await judge(one);
      expect(claims?.platform).toMatchObject({ fmspc: one.meta.quote.pck?.fmspc, ppid: one.meta.quote.pck?.ppid });
      expect([claims?.reportData, claims?.debug]).toEqual([one.meta.quote.reportData, one.meta.quote.debug]);
    },
  );

  test.each(accepted)('$name is valid while all that vouches for it is, and no second longer', async (one) => {
    const { validity } = await judge(one);
    const [from, to] = [validity?.notBefore, validity?.notAfter].map((text) => Date.parse(text ?? '') / 1000);
    if (from === undefined || to === undefined) throw new Error('no validity');
    for (const at of [from, to]) expect(failures(await judge(one, one.collateral, at))).toEqual([]);
    for (const at of [from - 1, to + 1]) {
      const verdict = await judge(one, one.collateral, at);
      expect(failures(verdict).length).toBeGreaterThan(0);
      expect(failures(verdict).every((id) => id.endsWith('.validity'))).toBe(true);
    }
  });
});

describeWithVectors('a real quote is refused', () => {
  const refused = read.filter(({ meta }) => meta.expected.status?.startsWith('error:'));

  test.each(refused)("$name with Intel's status", async (one) => {
    const verdict = await judge(one);
    const statuses = failing(verdict).map(({ intelStatus }) => `error:${intelStatus}`);
    expect(statuses).toContain(one.meta.expected.status);
    expect([verdict.layers.authentic, verdict.tcb]).toEqual(['fail', null]);
  });

  test('without collateral by the checks of what is missing alone', async () => {
    const incomplete = read.filter(({ meta }) => meta.collateral?.complete === false);
    expect(incomplete.length).toBeGreaterThan(0);
    for (const one of incomplete) {
      expect(failures(await judge(one))).toEqual(['dcap.pck-ca.present', 'dcap.root-crl.form', 'dcap.pck-crl.form']);
    }
  });

  const encrypted = read.filter(({ meta }) => meta.quote.certType === 3);
  test.each(encrypted)('$name for its PCK certificate, which it lacks', async (one) => {
    const other = intelCase('sgx-v3-00906ed50000-proc-0b5bc73c');
    const verdict = await judge(one, other.collateral, other.time);
    expect(failing(verdict).map(({ id, intelStatus }) => [id, intelStatus])).toEqual([
      ['dcap.pck.present', 'STATUS_SGX_PCK_MISSING'],
    ]);
    // That of another machine does not fit what the quote states of its own.
    const [offset, length] = other.meta.regions?.certData ?? [0, 0];
    const pckCertChain = other.quote.subarray(offset, offset + length);
    expect(failures(await judge(one, { ...other.collateral, pckCertChain }, other.time))).toEqual([
      'dcap.pck.matches-quote',
      'dcap.qe-report.signature',
    ]);
  });

  test('with the PCK chain of another machine in place of its own', async () => {
    const [one, other] = ['sgx-v3-00a067110000-proc-f8b81014', 'sgx-v3-00a067110000-proc-743a7a64'].map(intelCase);
    if (one === undefined || other === undefined) throw new Error('no cases');
    const [offset, length] = other.meta.regions?.certData ?? [0, 0];
    const pckCertChain = other.quote.subarray(offset, offset + length);
    expect(failures(await judge(one, { ...one.collateral, pckCertChain }))).toEqual(['dcap.qe-report.signature']);
  });

  test.each<readonly [string, string]>([
    ['neg-oe-report-bad', 'dcap.pck.ca-signature'],
    ['neg-oe-rsa-cert-bad', 'dcap.pck.issuer'],
  ])('%s for its broken chain', async (name, id) => {
    const { collateral, time } = intelCase('sgx-v3-00906ea10000-proc-64ad9190');
    expect(failures(await judge(intelCase(name), collateral, time))).toContain(id);
  });

  test('neg-fortanix-corrupted for its signature, whatever it lacks', async () => {
    expect(failures(await judge(intelCase('neg-fortanix-corrupted')))).toContain('dcap.quote.signature');
  });

  test.each(intelCaseNames(/^neg-intel-qvs/))('%s for its length', async (name) => {
    expect(failures(await judge(intelCase(name)))).toEqual(['dcap.quote.length']);
  });
});

describeWithVectors("Intel's root", () => {
  const name = 'sgx-v3-00906ea10000-proc-64ad9190';

  test('was issued twice with one key: a quote may hold the one and the collateral the other', async () => {
    const one = intelCase(name);
    const [offset, length] = one.meta.regions?.certData ?? [0, 0];
    const inQuote = fromCertificateChain(one.quote.subarray(offset, offset + length)).at(-1);
    const inCollateral = fromCertificateChain(one.collateral.tcbSignChain ?? new Uint8Array(0)).at(-1);
    expect(inQuote).not.toEqual(inCollateral);
    const verdict = await judge(one);
    expect(verdict.checks.find(({ id }) => id === 'dcap.pck.issuer')?.outcome).toBe('pass');
  });

  test('is its own, even when the caller vouches for it: nothing is simulated', async () => {
    const one = intelCase('sgx-v3-00a067110000-proc-f8b81014');
    const roots = fromCertificateChain(one.collateral.tcbSignChain ?? new Uint8Array(0)).slice(1);
    const verdict = await judge({ ...one, roots });
    expect([verdict.simulated, failures(verdict)]).toEqual([false, []]);
  });

  test.each(intelCaseNames(/^synth-/))(
    'is not that of %s, nor is any root of the caller unless allowed',
    async (sample) => {
      const one = intelCase(sample);
      const alone = await judge({ ...one, roots: [] });
      expect(failures(alone)).toContain('dcap.root.trusted');
      const options = { tees: [sgx, tdx], now: new Date(one.time * 1000), endorsements: { dcap: one.collateral } };
      const simulated = await authenticate(one.quote, { ...options, roots: one.roots });
      expect([simulated.simulated, failures(simulated)]).toEqual([true, expect.arrayContaining(['trust.simulated'])]);
      expect(simulated.layers.authentic).toBe('fail');
    },
  );
});
