import { randomBytes } from 'node:crypto';
import { promises } from 'node:fs';
import { type Attester, createTsmAttester, TSM_REPORT_PATH } from '@assay/attest';
import { type Evidence, fromPem, type RawEndorsements, type Verdict, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';
import { beforeAll, describe, expect, test } from 'vitest';
import { issueVek, type Vek } from '../amd/vek.ts';
import { type AmdVendor, createAmdVendor, issueAmdCrl } from '../amd/vendor.ts';
import { fuseMissing } from '../fuse/missing.ts';
import { temporaryMount } from '../fuse/temporary-mount.ts';
import { issueCollateral } from '../intel/collateral.ts';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createSoftwareEnclave } from '../software/enclave.ts';
import { createSoftwareGuest } from '../software/guest.ts';
import { createSoftwareTd, type SoftwareTd } from '../software/td.ts';
import { createTsmFiles } from './mount.ts';
import { createSoftwareTsm } from './software.ts';

const withoutFuse = await fuseMissing();
const now = new Date('2026-03-01T12:00:00Z');
const utf8 = new TextEncoder();

/** Report data that start with a nonce, as `raw` wants them. */
const fresh = (): Buffer => randomBytes(64);

/** A strict verdict on evidence that must carry these report data. */
async function judge(
  evidence: Evidence,
  reportData: Uint8Array,
  given: { readonly endorsements: RawEndorsements; readonly roots: readonly Uint8Array[] },
): Promise<Verdict> {
  const policy = { identity: 'any', binding: { profile: 'raw' } } as const;
  const snpPolicy = { products: ['Turin'], minimumReportedTcb: { Turin: { fmc: 1, snp: 24 } } } as const;
  return verify(evidence, {
    ...given,
    tees: [tdx, snp],
    now,
    allowSimulated: true,
    policy: { ...policy, snp: snpPolicy },
    nonce: reportData.subarray(0, 32),
    subject: { reportData },
  });
}

const troubles = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe('a TD', () => {
  let vendor: IntelVendor;
  let td: SoftwareTd;
  let given: { readonly endorsements: RawEndorsements; readonly roots: readonly Uint8Array[] };
  beforeAll(async () => {
    vendor = await createIntelVendor({ seed: 'tsm.test', now });
    const pck = await issuePck(vendor);
    td = createSoftwareTd(vendor, { pck });
    const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' })).map(
      ([name, file]) => [name, typeof file === 'string' ? utf8.encode(file) : file] as const,
    );
    given = {
      endorsements: endorsementsFromDirectory(Object.fromEntries(files)),
      roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    };
  });

  /** Evidence that verifies for its own report data, and for no other. */
  const verifies = async (attester: Attester): Promise<void> => {
    const reportData = fresh();
    const envelope = await attester.evidence({ reportData });
    expect(envelope.tee).toBe('tdx');
    const verdict = await judge(envelope, reportData, given);
    expect([troubles(verdict), verdict.simulated]).toEqual([[], true]);
    expect(verdict.layers).toMatchObject({ authentic: 'pass', platform: 'pass', fresh: 'pass', bound: 'pass' });
    expect(troubles(await judge(envelope, fresh(), given))).toEqual(['binding.subject']);
  };

  test('in memory: the evidence verifies, and no folder is left', async () => {
    const tree = createSoftwareTsm(td);
    await verifies(createTsmAttester({ files: createTsmFiles(tree) }));
    expect(tree.root.names()).toEqual([]);
  });

  test.skipIf(withoutFuse)(`over FUSE: the same, through node:fs/promises (${withoutFuse ?? 'mounted'})`, async () => {
    const tree = createSoftwareTsm(td);
    await using mounted = await temporaryMount(tree.root);
    await verifies(createTsmAttester({ path: mounted.path }));
    expect(await promises.readdir(mounted.path)).toEqual([]);
  });

  test('is detected by its provider; nothing of that is left', async () => {
    const tree = createSoftwareTsm(td);
    const looked = [`${TSM_REPORT_PATH}: the folder is there`, `${TSM_REPORT_PATH}: provider tdx_guest`];
    const attester = createTsmAttester({ files: createTsmFiles(tree) });
    expect(await attester.detect()).toEqual({ available: true, looked });
    expect(tree.root.names()).toEqual([]);
  });

  test('100 callers at once each get their own report data', async () => {
    const tree = createSoftwareTsm(td);
    const attester = createTsmAttester({ files: createTsmFiles(tree) });
    const asked = Array.from({ length: 100 }, fresh);
    const envelopes = await Promise.all(asked.map((reportData) => attester.evidence({ reportData })));
    for (const [index, { evidence }] of envelopes.entries()) {
      expect(Buffer.from(evidence).includes(asked[index] ?? '')).toBe(true);
    }
    expect(new Set(envelopes.map(({ evidence }) => Buffer.from(evidence).toString('hex'))).size).toBe(100);
    expect(tree.root.names()).toEqual([]);
  });

  test.skipIf(withoutFuse)(`100 callers over FUSE, by ten attesters (${withoutFuse ?? 'mounted'})`, async () => {
    const tree = createSoftwareTsm(td);
    await using mounted = await temporaryMount(tree.root);
    const attesters = Array.from({ length: 10 }, () => createTsmAttester({ path: mounted.path }));
    const asked = Array.from({ length: 100 }, fresh);
    const evidence = await Promise.all(
      asked.map(async (reportData, index) => attesters[index % 10]?.evidence({ reportData })),
    );
    expect(evidence.every((one, index) => Buffer.from(one?.evidence ?? []).includes(asked[index] ?? ''))).toBe(true);
  });

  test('the caller may reuse its buffer at once', async () => {
    const attester = createTsmAttester({ files: createTsmFiles(createSoftwareTsm(td)) });
    const reportData = fresh();
    const asked = Buffer.from(reportData);
    const pending = attester.evidence({ reportData });
    reportData.fill(0);
    expect(Buffer.from((await pending).evidence).includes(asked)).toBe(true);
  });

  test('a provider that mixes up report data is refused to each of 100 callers', async () => {
    const tree = createSoftwareTsm(td);
    tree.setFaults({ blob: 'other-report-data' });
    const attester = createTsmAttester({ files: createTsmFiles(tree) });
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, () => attester.evidence({ reportData: fresh() })),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
      expect(String(answer.status === 'rejected' && answer.reason)).toMatch(/other report data than were asked for/);
    }
    expect(tree.root.names()).toEqual([]);
  });

  test('an enclave has no configfs-TSM', async () => {
    const enclave = createSoftwareEnclave(vendor, { pck: td.pck });
    expect(() => createSoftwareTsm(enclave)).toThrow('expected a TD or an SNP guest, found sgx');
  });
});

describe('an SNP guest', () => {
  let vendor: AmdVendor;
  let vek: Vek;
  beforeAll(async () => {
    vendor = await createAmdVendor({ product: 'Turin', now });
    vek = await issueVek(vendor);
  }, 120_000);

  test('its report verifies with the certificates that came with it, and a revocation list', async () => {
    const { ask, ark } = vendor.authorities;
    const certificates = { vcek: vek.certificate, ask: ask.certificate, ark: ark.certificate };
    const tree = createSoftwareTsm(createSoftwareGuest(vek), { certificates });
    const reportData = fresh();
    const envelope = await createTsmAttester({ files: createTsmFiles(tree) }).evidence({ reportData });
    expect([envelope.tee, envelope.evidence.length]).toEqual(['snp', 1184]);
    const crl = await issueAmdCrl(vendor);
    const endorsements = { snp: { ...envelope.endorsements?.snp, crl } };
    const verdict = await judge(envelope, reportData, { endorsements, roots: [ark.certificate] });
    expect([troubles(verdict), verdict.layers.authentic, verdict.layers.bound]).toEqual([[], 'pass', 'pass']);
  });

  test('without certificates from the host, the report comes alone', async () => {
    const attester = createTsmAttester({ files: createTsmFiles(createSoftwareTsm(createSoftwareGuest(vek))) });
    const envelope = await attester.evidence({ reportData: fresh() });
    expect(envelope).toEqual({ tee: 'snp', evidence: expect.any(Uint8Array) });
    expect((await attester.detect()).looked.at(-1)).toBe(`${TSM_REPORT_PATH}: provider sev_guest`);
  });
});
