import { type AuthenticateOptions, authenticate, type DcapCollateral, fromPem, type Verdict } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { type IntelCase, intelCase } from '../../../../tools/intel-cases.ts';
import { describeWithVectors } from '../../../../tools/vectors-in-tests.ts';
import { createP256Key, type P256Key } from '../p256-key.ts';
import { certify } from './authority.ts';
import { type Exhibit, type ExhibitOptions, makeExhibit } from './exhibit.ts';
import { basicConstraints } from './extension.ts';
import { issuePck } from './pck.ts';
import { buildQuote, type Quote } from './quote.ts';
import { createAttestationKey, keyBinding } from './quoting-enclave.ts';
import { tcbLevels } from './tcb-level.ts';
import { createImpostor, createIntelVendor, type IntelVendor, issueCrl, reissueAuthority } from './vendor.ts';

const now = new Date('2026-03-01T12:00:00Z');
let vendor: IntelVendor;
let stranger: P256Key;

beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'verify-forgeries.test', now });
  stranger = createP256Key(vendor.entropy, 'stranger');
});

type Regions = Readonly<Partial<Record<string, readonly [offset: number, length: number]>>>;

/** A copy of a quote with parts replaced, each by bytes of the same length. */
function patched(quote: Uint8Array, regions: Regions, parts: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const copy = Uint8Array.from(quote);
  for (const [name, bytes] of Object.entries(parts)) copy.set(bytes, regions[name]?.[0]);
  return copy;
}

const partOf = (quote: Uint8Array, regions: Regions, name: string): Uint8Array => {
  const [offset, length] = regions[name] ?? [0, 0];
  return quote.subarray(offset, offset + length);
};
const failures = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

async function refusals(evidence: Uint8Array, options: Omit<AuthenticateOptions, 'tees'>): Promise<readonly string[]> {
  const verdict = await authenticate(evidence, { tees: [sgx, tdx], allowSimulated: true, ...options });
  expect(verdict.layers.authentic).toBe(failures(verdict).length === 0 ? 'pass' : 'fail');
  return failures(verdict);
}

const filesOf = ({ collateral }: Pick<Exhibit, 'collateral'>): DcapCollateral => {
  const files = Object.entries(collateral).map(
    ([name, file]) => [name, typeof file === 'string' ? utf8ToBytes(file) : file] as const,
  );
  return endorsementsFromDirectory(Object.fromEntries(files)).dcap ?? {};
};
const rootsOf = ({ rootPem }: Pick<IntelVendor, 'rootPem'>): readonly Uint8Array[] => fromPem(rootPem, 'CERTIFICATE');
const judge = (
  exhibit: Exhibit,
  change: DcapCollateral = {},
  evidence = exhibit.evidence,
): Promise<readonly string[]> =>
  refusals(evidence, { now, roots: rootsOf(vendor), endorsements: { dcap: { ...filesOf(exhibit), ...change } } });

describeWithVectors('a forger with a genuine quote and its genuine PCK chain', () => {
  let one: IntelCase;
  let regions: Regions;
  const forge = (parts: Readonly<Record<string, Uint8Array>>, collateral: DcapCollateral = one.collateral) =>
    refusals(patched(one.quote, regions, parts), {
      now: new Date(one.time * 1000),
      roots: rootsOf(vendor),
      endorsements: { dcap: collateral },
    });
  const body = (): Uint8Array => partOf(one.quote, regions, 'body').map((byte, at) => (at >= 320 ? 0x42 : byte));
  const signed = (): Promise<Uint8Array> => stranger.sign(concatBytes(partOf(one.quote, regions, 'header'), body()));

  beforeAll(() => {
    one = intelCase('sgx-v3-00a067110000-proc-f8b81014');
    regions = one.meta.regions ?? {};
  });

  test('cannot sign other report data', async () => {
    expect(await forge({ body: body(), quoteSignature: await signed() })).toEqual(['dcap.quote.signature']);
  });

  test('cannot bring a key of his own', async () => {
    const parts = { body: body(), quoteSignature: await signed(), attestationKey: stranger.point };
    expect(await forge(parts)).toEqual(['dcap.qe-report.binding']);
  });

  test('cannot have the quoting enclave vouch for that key, signed by the PCK or by himself', async () => {
    const qeReport = Uint8Array.from(partOf(one.quote, regions, 'qeReport'));
    qeReport.set(keyBinding(stranger, partOf(one.quote, regions, 'qeAuth')), 320);
    const parts = { body: body(), quoteSignature: await signed(), attestationKey: stranger.point, qeReport };
    expect(await forge(parts)).toEqual(['dcap.qe-report.signature']);
    const qeReportSignature = await stranger.sign(qeReport);
    expect(await forge({ ...parts, qeReportSignature })).toEqual(['dcap.qe-report.signature']);
  });

  test('cannot vouch for it with collateral of his own, though the caller trusts its root', async () => {
    const { collateral } = await makeExhibit(vendor);
    const own = filesOf({ collateral });
    expect(await forge({}, own)).toContain('dcap.pck.issuer');
    for (const member of Object.keys(own) as (keyof DcapCollateral)[]) {
      const ids = await forge({}, { ...one.collateral, [member]: own[member] });
      expect([member, ids.length > 0]).toEqual([member, true]);
    }
  });

  test('cannot use the documents of another machine', async () => {
    const other = intelCase('sgx-v3-00906ed50000-proc-0b5bc73c');
    const ids = await forge({}, { ...one.collateral, tcbInfo: other.collateral.tcbInfo });
    expect(ids.filter((id) => !id.endsWith('.validity'))).toEqual(['dcap.tcb-info.platform']);
    const td = intelCase('tdx-v4-00806f050000-3bffae89').collateral;
    const mixed = await forge({}, { ...one.collateral, tcbInfo: td.tcbInfo, qeIdentity: td.qeIdentity });
    expect(mixed).toEqual(expect.arrayContaining(['dcap.tcb-info.tee', 'dcap.qe-identity.tee']));
  });

  test('cannot swap CRLs, or bring that of the other CA', async () => {
    const { rootCaCrl, pckCrl } = one.collateral;
    expect(await forge({}, { ...one.collateral, rootCaCrl: pckCrl, pckCrl: rootCaCrl })).toEqual([
      'dcap.root-crl.issuer',
      'dcap.root-crl.signature',
      'dcap.pck-crl.issuer',
      'dcap.pck-crl.signature',
    ]);
    const platform = intelCase('sgx-v3-00606a000000-plat-268c0681').collateral;
    expect(await forge({}, { ...one.collateral, pckCrl: platform.pckCrl })).toEqual([
      'dcap.pck-crl.issuer',
      'dcap.pck-crl.signature',
    ]);
    const both = { pckCrl: platform.pckCrl, pckCrlIssuerChain: platform.pckCrlIssuerChain };
    const ids = await forge({}, { ...one.collateral, ...both });
    expect(ids.filter((id) => !id.endsWith('.validity'))).toEqual(['dcap.pck.crl-issuer']);
  });
});

describe('a handle that knows a platform', () => {
  test('lets no other quote of it pass by that', async () => {
    const pck = await issuePck(vendor);
    const attestationKey = createAttestationKey(vendor);
    const exhibit = await makeExhibit(vendor);
    const endorsements = await sgx.endorsements.authenticate(
      { dcap: filesOf(exhibit) },
      { roots: rootsOf(vendor), source: 'caller' },
    );
    const told = ({ bytes }: Quote) => refusals(bytes, { now, endorsements });
    const genuine = await buildQuote(vendor, pck, { attestationKey });
    expect(await told(genuine)).toEqual([]);
    const forged = await buildQuote(vendor, pck, { attestationKey, quoteSigner: stranger });
    expect(await told(forged)).toEqual(['dcap.quote.signature']);
    // The same quoting enclave in version 4, and for a TD: it is no TD_QE, and these are no documents of TDX.
    expect(await told(await buildQuote(vendor, pck, { attestationKey, version: 4 }))).toEqual([]);
    const qeReport = { mrSigner: partOf(genuine.bytes, genuine.regions, 'qeReport').slice(128, 160), isvProdId: 1 };
    const td = await buildQuote(vendor, pck, { attestationKey, body: 'td10', qeReport });
    expect(await told(td)).toEqual(['dcap.tcb-info.tee', 'dcap.qe-identity.tee']);
    expect(await told(genuine)).toEqual([]);
  });

  test('judges the dates of the PCK chain on every use', async () => {
    const soon = new Date(now.getTime() + 60_000);
    const exhibit = await makeExhibit(vendor, { pck: { fields: { notAfter: soon } } });
    const endorsements = await sgx.endorsements.authenticate(
      { dcap: filesOf(exhibit) },
      { roots: rootsOf(vendor), source: 'caller' },
    );
    const at = (time: number, clockSkewSeconds = 0) =>
      refusals(exhibit.evidence, { now: new Date(time), clockSkewSeconds, endorsements });
    expect(await at(now.getTime())).toEqual([]);
    expect(await at(soon.getTime())).toEqual([]);
    expect(await at(soon.getTime() + 1000)).toEqual(['dcap.pck.validity']);
    expect(await at(soon.getTime() + 60_000, 60)).toEqual([]);
    expect(await at(soon.getTime() + 61_000, 60)).toEqual(['dcap.pck.validity']);
  });
});

describe('certificates of one name', () => {
  const chainPem = (...certificates: readonly { readonly pem: string }[]): Uint8Array =>
    utf8ToBytes(certificates.map(({ pem }) => pem).join(''));

  test('a CA with another key: its CRL says nothing about what the first one issued', async () => {
    const exhibit = await makeExhibit(vendor);
    const { root } = vendor.authorities;
    const second = await certify('platform', stranger, root.key, vendor);
    const rekeyed = { ...vendor, authorities: { ...vendor.authorities, platform: second } };
    const pckCrl = await issueCrl(rekeyed, 'platform');
    const pckCrlIssuerChain = chainPem(second.certificate, root.certificate);
    expect(await judge(exhibit, { pckCrl, pckCrlIssuerChain })).toEqual(['dcap.pck.crl-issuer']);
  });

  test.each<readonly [string, Parameters<typeof reissueAuthority>[2], readonly string[]]>([
    ['issued anew with the same key', { fields: { notAfter: new Date('2033-01-01T00:00:00Z') } }, []],
    ['expired', { fields: { notAfter: new Date('2026-01-01T00:00:00Z') } }, ['dcap.pck.validity']],
    [
      'that is no root by its form',
      { extensions: (all) => [...all.slice(0, -1), basicConstraints(0)] },
      ['dcap.pck.issuer'],
    ],
    ['that did not sign itself', { signature: (bytes) => bytes.with(40, (bytes[40] ?? 0) ^ 1) }, ['dcap.pck.issuer']],
  ])('a root %s in the quote, another in the collateral', async (_, edits, ids) => {
    const reissued = await reissueAuthority(vendor, 'root', edits);
    const exhibit = await makeExhibit(vendor, {
      quote: ({ chain: [leaf, ca] }) => ({
        certification: { form: 'chain', certificates: [leaf, ca, reissued.authorities.root.certificate] },
      }),
    });
    expect(await judge(exhibit)).toEqual(ids);
  });

  test('a second TCB signing chain, for the QE identity: as good as the first, or refused', async () => {
    const exhibit = await makeExhibit(vendor);
    const { tcbSigning, root } = vendor.authorities;
    const own = (one: IntelVendor) =>
      chainPem(one.authorities.tcbSigning.certificate, one.authorities.root.certificate);
    expect(await judge(exhibit, { qeIdentitySignChain: own(vendor) })).toEqual([]);
    const impostor = own(await createImpostor(vendor));
    expect(await judge(exhibit, { qeIdentitySignChain: impostor })).toEqual(['dcap.tcb-signer.trusted']);
    const expired = own(await reissueAuthority(vendor, 'tcbSigning', { fields: { notAfter: new Date(0) } }));
    expect(await judge(exhibit, { qeIdentitySignChain: expired })).toEqual(['dcap.tcb-signer.validity']);
    expect(await judge(exhibit, { qeIdentitySignChain: new Uint8Array(0) })).toEqual(['dcap.tcb-signer.present']);
    const other = await reissueAuthority(vendor, 'tcbSigning', { fields: { serial: Uint8Array.of(7) } });
    const rootCaCrl = await issueCrl(vendor, 'root', { revoked: [Uint8Array.of(7)] });
    expect(await judge(exhibit, { qeIdentitySignChain: own(other), rootCaCrl })).toEqual(['dcap.tcb-signer.revoked']);
    expect(
      await judge(exhibit, { qeIdentitySignChain: chainPem(tcbSigning.certificate, root.certificate), rootCaCrl }),
    ).toEqual([]);
  });
});

describe('levels in any order in the document', () => {
  test.each([
    ['sgx', 'OutOfDate'],
    ['sgx', 'SWHardeningNeeded'],
    ['tdx', 'OutOfDate'],
  ] as const)('%s at %s', async (tee, status) => {
    const options: ExhibitOptions = {
      quote: { body: tee === 'sgx' ? 'sgx' : 'td10' },
      collateral: ({ platform }) => ({ tcbInfo: { levels: tcbLevels(platform, tee, status).toReversed() } }),
    };
    const exhibit = await makeExhibit(vendor, options);
    const endorsements = { dcap: filesOf(exhibit) };
    const verdict = await authenticate(exhibit.evidence, {
      tees: [sgx, tdx],
      now,
      roots: rootsOf(vendor),
      endorsements,
      allowSimulated: true,
    });
    expect([failures(verdict), verdict.tcb?.status]).toEqual([[], status]);
  });
});
