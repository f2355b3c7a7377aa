import { authenticate, type DcapCollateral, fromPem, type Verdict } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { concatBytes } from '@noble/hashes/utils.js';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CertificationOptions } from './certification-data.ts';
import { type Exhibit, type ExhibitOptions, makeExhibit } from './exhibit.ts';
import { issuePck, type Pck } from './pck.ts';
import { createIntelVendor, type IntelVendor, reissueAuthority } from './vendor.ts';

const now = new Date('2026-03-01T12:00:00Z');
const encoder = new TextEncoder();
let vendor: IntelVendor;

beforeAll(async () => {
  vendor = await createIntelVendor({ seed: 'verify-pck-chain.test', now });
});

async function judge({ evidence, collateral }: Exhibit, change: DcapCollateral = {}): Promise<Verdict> {
  const files = Object.entries(collateral).map(
    ([name, file]) => [name, typeof file === 'string' ? encoder.encode(file) : file] as const,
  );
  const { dcap } = endorsementsFromDirectory(Object.fromEntries(files));
  return authenticate(evidence, {
    tees: [sgx, tdx],
    now,
    roots: fromPem(vendor.rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    endorsements: { dcap: { ...dcap, ...change } },
  });
}

const failures = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
const refusals = async (exhibit: Exhibit, pckCertChain?: Uint8Array): Promise<readonly string[]> => {
  const verdict = await judge(exhibit, { pckCertChain });
  expect(verdict.layers.authentic).toBe(failures(verdict).length === 0 ? 'pass' : 'fail');
  return failures(verdict);
};
const pem = ({ chain }: Pick<Pck, 'chain'>): Uint8Array => encoder.encode(chain.map((one) => one.pem).join(''));
const quoteWith = (certification: CertificationOptions, more: ExhibitOptions = {}): Promise<Exhibit> =>
  makeExhibit(vendor, { ...more, quote: { certification } });

const WITHOUT: readonly (readonly [string, CertificationOptions])[] = [
  ['1: PPID in clear', { form: 'ppid' }],
  ['2: PPID encrypted with RSA 2048', { form: 'encrypted-ppid', bits: 2048 }],
  ['3: PPID encrypted with RSA 3072', { form: 'encrypted-ppid', bits: 3072 }],
];

describe.each(WITHOUT)('a quote without its PCK certificate, of type %s', (_, form) => {
  test('lacks that certificate and nothing else', async () => {
    const verdict = await judge(await quoteWith(form));
    expect([failures(verdict), verdict.tcb]).toEqual([['dcap.pck.present'], null]);
    expect(verdict.checks.find(({ id }) => id === 'dcap.pck.present')?.intelStatus).toBe('STATUS_SGX_PCK_MISSING');
  });

  test('is judged by the chain that the caller gives, in any order and encoding', async () => {
    const exhibit = await quoteWith(form);
    const { chain } = exhibit.pck;
    for (const given of [
      pem(exhibit.pck),
      encoder.encode(
        `${chain
          .toReversed()
          .map((one) => one.pem)
          .join('\n')}\0`,
      ),
      concatBytes(...chain.map(({ der }) => der)),
    ]) {
      const verdict = await judge(exhibit, { pckCertChain: given });
      expect([failures(verdict), verdict.tcb?.status]).toEqual([[], 'UpToDate']);
      expect(verdict.checks.find(({ id }) => id === 'dcap.pck.matches-quote')?.outcome).toBe('pass');
    }
  });

  test('refuses the certificate of the same machine at another TCB level', async () => {
    const exhibit = await quoteWith(form);
    const { platform } = exhibit.pck;
    const raised = { ...platform, cpuSvn: Uint8Array.from(platform.components.with(0, 9)) };
    const cpuSvn = await issuePck(vendor, raised);
    const pceSvn = await issuePck(vendor, { ...platform, pceSvn: platform.pceSvn + 1 });
    // The key of another level is another one; where it is the same, the quote's statement still tells.
    expect(await refusals(exhibit, pem(cpuSvn))).toEqual(['dcap.pck.matches-quote']);
    expect(await refusals(exhibit, pem(pceSvn))).toEqual(['dcap.pck.matches-quote', 'dcap.qe-report.signature']);
  });

  test('refuses the certificate of another machine', async () => {
    const exhibit = await quoteWith(form);
    const other = await issuePck(vendor, { ...exhibit.pck.platform, ppid: new Uint8Array(16).fill(9) });
    const stated = form.form === 'ppid' ? ['dcap.pck.matches-quote'] : [];
    expect(await refusals(exhibit, pem(other))).toEqual([...stated, 'dcap.qe-report.signature']);
  });

  test('refuses half a chain, and what is none', async () => {
    const exhibit = await quoteWith(form);
    const [leaf, ca, root] = exhibit.pck.chain;
    for (const certificates of [[leaf], [leaf, ca], [leaf, root], [ca, root], [leaf, ca, root, root]]) {
      expect(await refusals(exhibit, encoder.encode(certificates.map((one) => one.pem).join('')))).toEqual([
        'dcap.pck.chain',
      ]);
    }
    for (const garbage of ['', 'x', ' '])
      expect(await refusals(exhibit, encoder.encode(garbage))).toEqual(['dcap.pck.chain']);
  });
});

describe('what a quote of type 1 states', () => {
  const stated = async (change: (data: Uint8Array) => Uint8Array): Promise<readonly string[]> => {
    const { pck } = await makeExhibit(vendor);
    const { ppid, cpuSvn, pceSvn } = pck.platform;
    const data = concatBytes(ppid, cpuSvn, Uint8Array.of(pceSvn, 0, 0, 0));
    const exhibit = await quoteWith({ form: 'raw', type: 1, data: change(data) });
    return refusals(exhibit, pem(exhibit.pck));
  };

  test('fits its certificate', async () => {
    expect(await stated((data) => data)).toEqual([]);
    // Intel's own sample has no PCEID.
    expect(await stated((data) => data.slice(0, 34))).toEqual([]);
  });

  test.each([
    ['PPID', 0],
    ['PPID', 15],
    ['CPUSVN', 16],
    ['CPUSVN', 31],
    ['PCESVN', 32],
    ['PCESVN', 33],
    ['PCEID', 34],
    ['PCEID', 35],
  ])('or not: another %s at byte %i', async (__, at) => {
    expect(await stated((data) => data.with(at, (data[at] ?? 0) ^ 0x40))).toEqual(['dcap.pck.matches-quote']);
  });
});

test('two CAs that issued each other are no chain, wherever they stand', async () => {
  const exhibit = await makeExhibit(vendor);
  const { processor, platform, root } = vendor.authorities;
  const issuedBy = (by: typeof root) => ({ fields: { issuer: by.certificate.subject }, signer: by.key });
  const ring = [
    (await reissueAuthority(vendor, 'platform', issuedBy(processor))).authorities.platform.certificate,
    (await reissueAuthority(vendor, 'processor', issuedBy(platform))).authorities.processor.certificate,
  ];
  const cycle = encoder.encode(ring.map((one) => one.pem).join(''));
  const leafAndCycle = concatBytes(encoder.encode(exhibit.pck.certificate.pem), cycle);
  for (const [change, id] of [
    [{ pckCrlIssuerChain: cycle }, 'dcap.pck-ca.present'],
    [{ tcbSignChain: cycle }, 'dcap.tcb-signer.present'],
    [{ qeIdentitySignChain: cycle }, 'dcap.tcb-signer.present'],
    [{ pckCertChain: leafAndCycle }, 'dcap.pck.chain'],
  ] as const) {
    expect(failures(await judge(exhibit, change))).toEqual([id]);
  }
});

describe('a quote with a chain of its own', () => {
  test('is judged by the one that the caller gives', async () => {
    const exhibit = await makeExhibit(vendor);
    expect(await refusals(exhibit, pem(exhibit.pck))).toEqual([]);
    const other = await issuePck(vendor, { ppid: new Uint8Array(16).fill(9) });
    expect(await refusals(exhibit, pem(other))).toEqual(['dcap.qe-report.signature']);
    const broken = await quoteWith({ form: 'raw', type: 5, data: encoder.encode('no chain') });
    expect(await refusals(broken)).toEqual(['dcap.pck.chain']);
    expect(await refusals(broken, pem(broken.pck))).toEqual([]);
  });

  test('of one certificate is completed from the collateral, when that is trusted', async () => {
    const exhibit = await quoteWith({ form: 'leaf' });
    expect(await refusals(exhibit)).toEqual([]);
    expect(failures(await judge(exhibit, { pckCrlIssuerChain: undefined }))).toEqual(['dcap.pck-ca.present']);
  });

  test('says it is one certificate, or that it is a chain: not the other', async () => {
    const { pck } = await makeExhibit(vendor);
    const one = encoder.encode(pck.certificate.pem);
    expect(await refusals(await quoteWith({ form: 'raw', type: 5, data: one }))).toEqual(['dcap.pck.chain']);
    expect(await refusals(await quoteWith({ form: 'raw', type: 4, data: pem(pck) }))).toEqual(['dcap.pck.chain']);
    expect(await refusals(await quoteWith({ form: 'raw', type: 4, data: pck.certificate.der }))).toEqual([]);
  });
});
