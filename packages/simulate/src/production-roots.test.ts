import { fromPem, type RawEndorsements, type Verdict, verify } from '@assay/verify';
import { fromHex, parseJsonObject } from '@assay/verify/codec';
import { confidentialSpace } from '@assay/verify/confidential-space';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { snp } from '@assay/verify/snp';
import { tdx } from '@assay/verify/tdx';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeSnpExhibit } from './amd/exhibit.ts';
import { type AmdVendor, createAmdVendor } from './amd/vendor.ts';
import { createGuestAgent } from './dstack/agent.ts';
import { mintToken } from './google/token.ts';
import { createGoogleVendor, type GoogleVendor } from './google/vendor.ts';
import { type CollateralFiles, issueCollateral } from './intel/collateral.ts';
import { makeExhibit } from './intel/exhibit.ts';
import { createIntelVendor, type IntelVendor } from './intel/vendor.ts';

const now = new Date('2026-03-01T12:00:00Z');

let random: IntelVendor;
let seeded: IntelVendor;
let amd: AmdVendor;
let google: GoogleVendor;
beforeAll(async () => {
  random = await createIntelVendor({ now, randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)) });
  seeded = await createIntelVendor({ now, seed: 'production-roots' });
  [amd, google] = await Promise.all([createAmdVendor({ product: 'Genoa', now }), createGoogleVendor({ now })]);
}, 120_000);

/** Evidence, what vouches for it, and the root that its vendor made. */
interface Made {
  readonly evidence: Uint8Array;
  readonly endorsements: RawEndorsements;
  readonly rootPem: string;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function dcap(files: Partial<CollateralFiles>): RawEndorsements {
  const entries = Object.entries(files).map(([name, file = '']) => [
    name,
    typeof file === 'string' ? utf8(file) : file,
  ]);
  return endorsementsFromDirectory(Object.fromEntries(entries));
}

const quote = (vendor: () => IntelVendor, body: 'sgx' | 'td10' | 'td15') => async (): Promise<Made> => {
  const { evidence, collateral, rootPem } = await makeExhibit(vendor(), { quote: { body } });
  return { evidence, endorsements: dcap(collateral), rootPem };
};

const report = (kind: 'VCEK' | 'VLEK') => async (): Promise<Made> => {
  const { evidence, endorsements, rootPem } = await makeSnpExhibit(amd, { vek: { kind } });
  return { evidence, endorsements: { snp: endorsements }, rootPem };
};

const token = (type: 'PKI' | 'OIDC') => async (): Promise<Made> => ({
  evidence: utf8(await mintToken(google, { type })),
  endorsements: { confidentialSpace: { jwks: google.jwks } },
  rootPem: google.rootPem,
});

async function guest(): Promise<Made> {
  const agent = await createGuestAgent(seeded);
  const answer = await agent.handler(new Request('http://localhost/GetQuote?report_data=00'));
  const hex = parseJsonObject(await answer.text()).quote;
  const endorsements = dcap(await issueCollateral(seeded, agent.td.pck, { tee: 'tdx' }));
  return { evidence: fromHex(String(hex)), endorsements, rootPem: seeded.rootPem };
}

const judge = ({ evidence, endorsements }: Made, trust: object): Promise<Verdict> =>
  verify(evidence, {
    tees: [sgx, tdx, snp, confidentialSpace],
    now,
    endorsements,
    policy: { identity: 'any', freshness: 'any', binding: 'any' },
    ...trust,
  });

const failuresOf = ({ checks }: Verdict): readonly string[] =>
  checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);

describe.each([
  ['an SGX quote', quote(() => random, 'sgx'), ['dcap.root.trusted']],
  ['a TDX 1.0 quote', quote(() => random, 'td10'), ['dcap.root.trusted']],
  ['a TDX 1.5 quote', quote(() => random, 'td15'), ['dcap.root.trusted']],
  ['a quote of a seeded vendor', quote(() => seeded, 'td10'), ['dcap.root.trusted']],
  ['a quote of a dstack guest', guest, ['dcap.root.trusted']],
  ['an SEV-SNP report with a VCEK', report('VCEK'), ['snp.ark.anchor']],
  ['an SEV-SNP report with a VLEK', report('VLEK'), ['snp.ark.anchor']],
  ['a token with certificates', token('PKI'), ['cs.pki.root']],
  // Whoever gives a key set vouches for it; what is not Google's issuer is simulated all the same.
  ['a token for a key set', token('OIDC'), ['trust.simulated']],
])('%s', (_name, make, anchors) => {
  test('is refused without the simulated root, by what anchors it', async () => {
    const verdict = await judge(await make(), {});
    expect(failuresOf(verdict)).toEqual(anchors);
    expect([verdict.trusted, verdict.layers.authentic]).toEqual([false, 'fail']);
  });

  test('is refused with it, unless simulated evidence will do', async () => {
    const made = await make();
    const roots = fromPem(made.rootPem, 'CERTIFICATE');
    const refused = await judge(made, { roots });
    expect([refused.trusted, failuresOf(refused)]).toEqual([false, ['trust.simulated']]);
    const verdict = await judge(made, { roots, allowSimulated: true });
    expect([verdict.trusted, verdict.simulated, failuresOf(verdict)]).toEqual([true, true, []]);
  });
});

test('a token for a key set is refused without that key set', async () => {
  const { evidence } = await token('OIDC')();
  const verdict = await judge({ evidence, endorsements: {}, rootPem: '' }, {});
  expect(failuresOf(verdict)).toEqual(['cs.jwks.form', 'trust.simulated']);
});
