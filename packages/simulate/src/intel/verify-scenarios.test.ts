import { authenticate, type Check, fromPem, type Verdict, verify } from '@assay/verify';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { beforeAll, describe, expect, test } from 'vitest';
import { intelScenarios } from './scenarios/catalogue.ts';
import type { Case } from './scenarios/scenario.ts';
import { createIntelVendor, type IntelVendor } from './vendor.ts';

const NAMES = Object.keys(intelScenarios);
const now = new Date('2026-03-01T12:00:00Z');

/** The checks that fail, and no other, by scenario; the first line that fits counts. */
const FAILS: readonly (readonly [scenarios: RegExp, ids: readonly string[]])[] = [
  [/^status\.td15(ex)?-current-module-not-supported$/, ['dcap.tcb.current-level']],
  [/^status\.tdx-module-not-supported$/, ['dcap.tcb.module-level']],
  [/^status\..*not-supported$/, ['dcap.tcb.level']],
  [/^quote-format\.empty$/, ['evidence.recognised']],
  [/^quote-format\.one-byte-below/, ['dcap.quote.length']],
  [/^quote-format\.version-[26]$/, ['dcap.quote.version']],
  [/^quote-format\.attestation-key-p384/, ['dcap.quote.key-type']],
  [/^quote-format\.(tee-type-unknown|version-3-with-td)/, ['dcap.quote.tee-type']],
  [/^quote-format\.vendor/, ['dcap.quote.vendor']],
  [/^quote-format\.(body-|enclave-report-as-td|td-report-as-enclave)/, ['dcap.quote.body']],
  [/^quote-format\.(cut-|auth-|v3-cert-|cert-|qe-auth-|v4-)/, ['dcap.quote.auth-data']],
  [/^quote-format\.certification-type/, ['dcap.quote.certification']],
  // Who replaces the key breaks what the quoting enclave said of it as well.
  [/^quote-format\.attestation-key-off-curve/, ['dcap.qe-report.binding', 'dcap.quote.attestation-key']],
  [/^quote-format\.certification-ppid/, ['dcap.pck.present']],
  // The root stands in three chains, the intermediate in two.
  [
    /^certificate\.root-(version-1|algorithms-differ|not-der|renamed)/,
    ['dcap.tcb-signer.present', 'dcap.pck-ca.present', 'dcap.pck.chain'],
  ],
  [/^certificate\.root-(of-unknown|signed-by)/, ['dcap.root.signature']],
  [/^certificate\.root-(expired|not-yet)/, ['dcap.tcb-signer.validity', 'dcap.pck-ca.validity', 'dcap.pck.validity']],
  [/^certificate\.root-/, ['dcap.root.form']],
  [
    /^certificate\.intermediate-(version-1|algorithms-differ|not-der|renamed)/,
    ['dcap.pck-ca.present', 'dcap.pck.chain'],
  ],
  [/^certificate\.intermediate-(of-unknown|signed-by)/, ['dcap.pck-ca.signature', 'dcap.pck.ca-signature']],
  [/^certificate\.intermediate-(expired|not-yet)/, ['dcap.pck-ca.validity', 'dcap.pck.validity']],
  [/^certificate\.intermediate-/, ['dcap.pck-ca.form', 'dcap.pck.ca-form']],
  [/^certificate\.pck-(version-1|algorithms-differ|not-der)/, ['dcap.pck.chain']],
  [/^certificate\.pck-(of-unknown|signed-by)/, ['dcap.pck.signature']],
  [/^certificate\.pck-(expired|not-yet)/, ['dcap.pck.validity']],
  [/^certificate\.pck-/, ['dcap.pck.form']],
  [/^certificate\.tcb-signing-(version-1|algorithms-differ|not-der)/, ['dcap.tcb-signer.present']],
  [/^certificate\.tcb-signing-(of-unknown|signed-by)/, ['dcap.tcb-signer.signature']],
  [/^certificate\.tcb-signing-(expired|not-yet)/, ['dcap.tcb-signer.validity']],
  [/^certificate\.tcb-signing-/, ['dcap.tcb-signer.form']],
  [/^chain\.all-of-impostor/, ['dcap.root.trusted']],
  [/^chain\.pck-of-impostor/, ['dcap.pck.issuer']],
  [/^chain\.pck-crl-issuer-missing/, ['dcap.pck-ca.present']],
  [/^chain\.pck-/, ['dcap.pck.chain']],
  [/^chain\.tcb-signing-of-impostor/, ['dcap.tcb-signer.trusted']],
  [/^chain\.tcb-signing-/, ['dcap.tcb-signer.present']],
  [
    /^crl\.swapped/,
    ['dcap.root-crl.issuer', 'dcap.root-crl.signature', 'dcap.pck-crl.issuer', 'dcap.pck-crl.signature'],
  ],
  [/^crl\.pck-of-other-authority/, ['dcap.pck.crl-issuer']],
  [/^crl\.pck-revoked/, ['dcap.pck.revoked']],
  [/^crl\.intermediate-revoked/, ['dcap.pck-ca.revoked', 'dcap.pck.ca-revoked']],
  [/^crl\.tcb-signing-revoked/, ['dcap.tcb-signer.revoked']],
  ...(['root', 'pck'] as const).flatMap((ca) =>
    (
      [
        ['(missing|empty|not-der|cut|algorithms-differ)', 'form'],
        ['of-(unknown-issuer|another-key-id)', 'issuer'],
        ['(with|delta)', 'extensions'],
        ['signed-by', 'signature'],
        ['(expired|not-yet)', 'validity'],
      ] as const
    ).map(([what, check]) => [new RegExp(`^crl\\.${ca}-${what}`), [`dcap.${ca}-crl.${check}`]] as const),
  ),
  [/^pck-extension\.component-256/, ['dcap.pck.svn-range']],
  [/^pck-extension\./, ['dcap.pck.extension']],
  [/^tcb-info\.component-svn-256/, ['dcap.tcb-info.svn-range']],
  [/^tcb-info\.(changed|status-raised|signed-by)/, ['dcap.tcb-info.signature']],
  [/^tcb-info\.(expired|not-yet)/, ['dcap.tcb-info.validity']],
  [/^tcb-info\.(of-tdx|of-sgx|version-2-for-td)/, ['dcap.tcb-info.tee']],
  [/^tcb-info\.of-another/, ['dcap.tcb-info.platform']],
  [/^tcb-info\./, ['dcap.tcb-info.form']],
  [/^tdx-module\.(version-without|no-identities)/, ['tdx.module.identity']],
  [/^tdx-module\.signer/, ['tdx.module.signer']],
  [/^tdx-module\./, ['tdx.module.attributes']],
  [/^quoting-enclave\.report-(signed|changed|signature)/, ['dcap.qe-report.signature']],
  [/^quoting-enclave\.(report-data|auth-data)/, ['dcap.qe-report.binding']],
  [/^quoting-enclave\.another-signer/, ['dcap.qe.mrsigner']],
  [/^quoting-enclave\.another-product/, ['dcap.qe.isvprodid']],
  [/^quoting-enclave\.another-miscselect/, ['dcap.qe.miscselect']],
  [/^quoting-enclave\.(debug|without-provision-key)/, ['dcap.qe.attributes']],
  [/^quoting-enclave\.svn-below/, ['dcap.qe.isvsvn']],
  [/^quoting-enclave\.identity-version-/, ['dcap.qe-identity.version']],
  [/^quoting-enclave\.identity-(changed|signature-zero|signed-by)/, ['dcap.qe-identity.signature']],
  [/^quoting-enclave\.identity-(expired|not-yet)/, ['dcap.qe-identity.validity']],
  [/^quoting-enclave\.identity-of-/, ['dcap.qe-identity.tee']],
  [/^quoting-enclave\.identity-/, ['dcap.qe-identity.form']],
  [/^signature\.attestation-key-replaced/, ['dcap.qe-report.binding']],
  [/^signature\./, ['dcap.quote.signature']],
];

const encoder = new TextEncoder();
/** What a verifier is given of a case. */
function given({ collateral, rootPem, now: at }: Case) {
  const files = Object.entries(collateral).map(
    ([name, file]) => [name, typeof file === 'string' ? encoder.encode(file) : file] as const,
  );
  const endorsements = endorsementsFromDirectory(Object.fromEntries(files));
  return { tees: [sgx, tdx], now: at, endorsements, roots: fromPem(rootPem, 'CERTIFICATE') };
}

const failing = ({ checks }: Verdict): readonly Check[] => checks.filter(({ outcome }) => outcome === 'fail');
const failures = (verdict: Verdict): readonly string[] => failing(verdict).map(({ id }) => id);

describe('every scenario', () => {
  let vendor: IntelVendor;
  const make = async (name: string): Promise<Case> => {
    const scenario = intelScenarios[name];
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    return scenario(vendor);
  };

  beforeAll(async () => {
    vendor = await createIntelVendor({ seed: 'verify-scenarios.test', now });
  });

  test.each(NAMES)('%s comes out as it says, by its own checks', async (name) => {
    const one = await make(name);
    const { expect: expected } = one;
    const verdict = await authenticate(one.evidence, { ...given(one), allowSimulated: true });
    if (expected.tcbStatus !== undefined) {
      expect([failures(verdict), verdict.layers.authentic, verdict.tcb?.status]).toEqual([
        [],
        'pass',
        expected.tcbStatus,
      ]);
      expect([verdict.simulated, verdict.checks.some(({ outcome }) => outcome === 'skip')]).toEqual([true, false]);
      return;
    }
    expect(failures(verdict)).toEqual(FAILS.find(([scenarios]) => scenarios.test(name))?.[1]);
    expect([verdict.layers.authentic, verdict.outcome]).toEqual(['fail', 'contraindicated']);
    if (expected.intelStatus !== undefined && name !== 'quote-format.empty') {
      const statuses = failing(verdict).map(({ intelStatus }) => intelStatus);
      expect(expected.intelStatus.filter((status) => statuses.includes(status))).not.toEqual([]);
    }
  });

  test.each(NAMES)('%s is refused under production roots, and where nobody allows what is simulated', async (name) => {
    const one = await make(name);
    const { roots, ...options } = given(one);
    const production = await authenticate(one.evidence, { ...options, allowSimulated: true });
    const disallowed = await authenticate(one.evidence, { ...options, roots });
    expect([production.layers.authentic, disallowed.layers.authentic]).toEqual(['fail', 'fail']);
    if (one.expect.tcbStatus === undefined) return;
    expect([failures(production), production.simulated]).toEqual([['dcap.root.trusted'], false]);
    expect([failures(disallowed), disallowed.simulated]).toEqual([['trust.simulated'], true]);
  });

  test.each(FAILS)('%s names scenarios that there are', (pattern) => {
    expect(NAMES.some((name) => pattern.test(name))).toBe(true);
  });
});

describe('what Intel leaves to the relying party', () => {
  const ANY = { identity: 'any', freshness: 'any', binding: 'any' } as const;

  test.each([
    ['attributes.sgx-debug', ['sgx.debug']],
    ['attributes.sgx-not-initialised', ['sgx.init']],
    ['attributes.tdx-debug', ['tdx.debug']],
    ['attributes.tdx-unknown-tud-bit', ['tdx.debug']],
    ['attributes.tdx-without-sept-ve-disable', []],
    ['attributes.tdx-migratable', ['tdx.migratable']],
    ['attributes.tdx-service-td', ['tdx.service-td']],
    ['status.sgx-up-to-date', []],
    ['status.tdx-v5-td15ex-up-to-date', []],
    ['status.sgx-out-of-date', ['tcb.status']],
    ['status.sgx-revoked', ['tcb.status']],
    ['status.td15-relaunch-advised', ['tcb.status']],
  ])('%s: a strict policy refuses by %j', async (name, ids) => {
    const vendor = await createIntelVendor({ seed: 'verify-scenarios.test', now });
    const one = await intelScenarios[name]?.(vendor);
    if (one === undefined) throw new Error(`no scenario ${name}`);
    const verdict = await verify(one.evidence, { ...given(one), allowSimulated: true, policy: ANY });
    expect([failures(verdict), verdict.layers.authentic, verdict.layers.platform]).toEqual([
      ids,
      'pass',
      ids.length === 0 ? 'pass' : 'fail',
    ]);
    expect(verdict.trusted).toBe(ids.length === 0);
  });
});
