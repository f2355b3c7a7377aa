import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createIntelVendor } from '../vendor.ts';
import { intelScenarios } from './catalogue.ts';
import type { Case } from './scenario.ts';

const now = new Date('2026-03-01T12:00:00Z');
const vendor = await createIntelVendor({ seed: 'catalogue.test', now });
const names = Object.keys(intelScenarios);
const make = (name: string, by = vendor): Promise<Case> | undefined => intelScenarios[name]?.(by);
const cases = new Map<string, Case>();
for (const name of names) {
  const one = await make(name);
  if (one) cases.set(name, one);
}
const expectations = [...cases.values()].map((one) => one.expect);

/** Everything a verifier is given, as text. */
function fingerprint({ evidence, collateral, rootPem, now: at }: Case): string {
  const files = Object.entries(collateral).map(([name, data]) => `${name}:${Buffer.from(data).toString('base64')}`);
  return [Buffer.from(evidence).toString('base64'), ...files, rootPem, at.toISOString()].join('\n');
}

test('every TCB status has a scenario', () => {
  expect(new Set(expectations.map(({ tcbStatus }) => tcbStatus).filter((status) => status !== undefined))).toEqual(
    new Set([
      'UpToDate',
      'SWHardeningNeeded',
      'ConfigurationNeeded',
      'ConfigurationAndSWHardeningNeeded',
      'OutOfDate',
      'OutOfDateConfigurationNeeded',
      'Revoked',
      'TDRelaunchAdvised',
      'TDRelaunchAdvisedConfigurationNeeded',
    ]),
  );
});

test.each([
  'STATUS_UNSUPPORTED_QUOTE_FORMAT',
  'SGX_QL_QUOTE_CERTIFICATION_DATA_UNSUPPORTED',
  'STATUS_SGX_ROOT_CA_INVALID_EXTENSIONS',
  'STATUS_SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS',
  'STATUS_SGX_PCK_INVALID_EXTENSIONS',
  'STATUS_SGX_TCB_SIGNING_CERT_INVALID_EXTENSIONS',
  'STATUS_UNSUPPORTED_CERT_FORMAT',
  'STATUS_SGX_ROOT_CA_MISSING',
  'STATUS_SGX_INTERMEDIATE_CA_MISSING',
  'STATUS_SGX_PCK_MISSING',
  'STATUS_SGX_TCB_SIGNING_CERT_MISSING',
  'STATUS_SGX_ROOT_CA_INVALID_ISSUER',
  'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED',
  'STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER',
  'STATUS_SGX_PCK_INVALID_ISSUER',
  'STATUS_SGX_TCB_SIGNING_CERT_INVALID_ISSUER',
  'STATUS_SGX_TCB_SIGNING_CERT_CHAIN_UNTRUSTED',
  'STATUS_SGX_PCK_CERT_CHAIN_EXPIRED',
  'STATUS_SGX_SIGNING_CERT_CHAIN_EXPIRED',
  'STATUS_SGX_CRL_UNSUPPORTED_FORMAT',
  'STATUS_UNSUPPORTED_PCK_RL_FORMAT',
  'STATUS_SGX_CRL_UNKNOWN_ISSUER',
  'STATUS_INVALID_PCK_CRL',
  'STATUS_SGX_CRL_INVALID_EXTENSIONS',
  'STATUS_SGX_CRL_INVALID_SIGNATURE',
  'STATUS_SGX_CRL_EXPIRED',
  'STATUS_SGX_INTERMEDIATE_CA_REVOKED',
  'STATUS_SGX_PCK_REVOKED',
  'STATUS_SGX_TCB_SIGNING_CERT_REVOKED',
  'STATUS_INVALID_PCK_CERT',
  'STATUS_SGX_TCB_INFO_UNSUPPORTED_FORMAT',
  'STATUS_SGX_TCB_INFO_INVALID',
  'STATUS_TCB_INFO_INVALID_SIGNATURE',
  'STATUS_SGX_TCB_INFO_EXPIRED',
  'STATUS_TCB_INFO_MISMATCH',
  'STATUS_TDX_MODULE_MISMATCH',
  'STATUS_INVALID_QE_REPORT_SIGNATURE',
  'STATUS_INVALID_QE_REPORT_DATA',
  'STATUS_SGX_ENCLAVE_IDENTITY_UNSUPPORTED_VERSION',
  'STATUS_SGX_ENCLAVE_IDENTITY_INVALID_SIGNATURE',
  'STATUS_SGX_ENCLAVE_IDENTITY_EXPIRED',
  'STATUS_QE_IDENTITY_MISMATCH',
  'STATUS_UNSUPPORTED_QE_IDENTITY_FORMAT',
  'STATUS_SGX_ENCLAVE_REPORT_MISCSELECT_MISMATCH',
  'STATUS_SGX_ENCLAVE_REPORT_ATTRIBUTES_MISMATCH',
  'STATUS_SGX_ENCLAVE_REPORT_MRSIGNER_MISMATCH',
  'STATUS_SGX_ENCLAVE_REPORT_ISVPRODID_MISMATCH',
  'STATUS_SGX_ENCLAVE_REPORT_ISVSVN_NOT_SUPPORTED',
  'STATUS_INVALID_QUOTE_SIGNATURE',
  'STATUS_TCB_NOT_SUPPORTED',
  'STATUS_TCB_UNRECOGNIZED_STATUS',
])('%s has a scenario', (status) => {
  expect(expectations.some(({ intelStatus }) => intelStatus?.includes(status))).toBe(true);
});

describe('each scenario', () => {
  test('says something that no other one says', () => {
    const seen = new Map<string, string>();
    for (const [name, one] of cases) {
      const print = fingerprint(one);
      expect(`${name} is ${seen.get(print) ?? name}`).toBe(`${name} is ${name}`);
      seen.set(print, name);
    }
    expect(cases.size).toBeGreaterThan(300);
  });

  test('is named in kebab-case after its group', () => {
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  test('comes out the same from the same seed', async () => {
    const again = await createIntelVendor({ seed: 'catalogue.test', now });
    for (const [name, one] of cases) {
      const theirs = await make(name, again);
      expect(theirs && fingerprint(theirs), name).toBe(fingerprint(one));
    }
  });

  test('works for a vendor without a seed', async () => {
    const random = await createIntelVendor({ randomBytes, now });
    for (const name of names) expect(await make(name, random), name).toHaveProperty('expect');
  });
});

test('all trust the same root, which says SIMULATED', () => {
  expect(new Set([...cases.values()].map(({ rootPem }) => rootPem))).toEqual(new Set([vendor.rootPem]));
  expect(atob(vendor.rootPem.replace(/-----[^-]+-----|\n/g, ''))).toContain('SIMULATED SEEDED');
});
