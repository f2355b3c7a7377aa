import { Buffer } from 'node:buffer';
import { type Collateral, QuoteVerifier, type VerifiedReport } from '@phala/dcap-qvl';
import { expect, test } from 'vitest';
import { intelScenarios } from './scenarios/catalogue.ts';
import type { Case, Scenario } from './scenarios/scenario.ts';
import { createImpostor, createIntelVendor } from './vendor.ts';

// An independent verifier must come to the same result, where it knows the kind of quote at all.
const vendor = await createIntelVendor({ seed: 'dcap-qvl.test', now: new Date('2026-03-01T12:00:00Z') });

const made = (name: string): Promise<Case> => {
  const scenario: Scenario | undefined = intelScenarios[name];
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return scenario(vendor);
};

/** Our collateral in the other verifier's form. */
function foreignForm({ collateral }: Case): Collateral {
  const split = (document = ''): readonly [string, string] => {
    const [, text = '', signature = ''] = /^\{"[A-Za-z]+":(.*),"signature":"([0-9a-f]*)"\}$/.exec(document) ?? [];
    return [text, signature];
  };
  const [tcbInfo, tcbInfoSignature] = split(collateral['tcbInfo.json']);
  const [qeIdentity, qeIdentitySignature] = split(collateral['qeIdentity.json']);
  return {
    pck_crl_issuer_chain: collateral['pckCrlIssuerChain.pem'] ?? '',
    root_ca_crl: Buffer.from(collateral['rootCaCrl.der'] ?? []).toString('hex'),
    pck_crl: Buffer.from(collateral['pckCrl.der'] ?? []).toString('hex'),
    tcb_info_issuer_chain: collateral['tcbSignChain.pem'] ?? '',
    tcb_info: tcbInfo,
    tcb_info_signature: tcbInfoSignature,
    qe_identity_issuer_chain: collateral['tcbSignChain.pem'] ?? '',
    qe_identity: qeIdentity,
    qe_identity_signature: qeIdentitySignature,
  };
}

function judge(evidence: Case, root: Uint8Array): VerifiedReport {
  const verifier = QuoteVerifier.newWithRootCa(Buffer.from(root));
  return verifier.verify(evidence.evidence, foreignForm(evidence), evidence.now.getTime() / 1000);
}

const anchor = vendor.authorities.root.certificate.der;

test.each([
  'status.sgx-up-to-date',
  'status.sgx-processor-ca-up-to-date',
  'status.sgx-sw-hardening-needed',
  'status.sgx-configuration-and-sw-hardening-needed',
  'status.sgx-out-of-date',
  'status.sgx-out-of-date-configuration-needed',
  'status.sgx-qe-up-to-date-with-out-of-date',
  'status.tdx-v4-up-to-date',
  'status.tdx-v5-td10-up-to-date',
  'status.tdx-v5-td15-up-to-date',
  'status.tdx-configuration-needed',
  'status.tdx-out-of-date',
])('%s', async (name) => {
  const evidence = await made(name);
  expect(judge(evidence, anchor).status).toBe(evidence.expect.tcbStatus);
});

test.each([
  ['signature.signed-by-stranger', 'signature is invalid'],
  ['quoting-enclave.another-signer', 'MRSIGNER mismatch'],
  ['quoting-enclave.report-signed-by-stranger', 'Signature is invalid for qe_report'],
  ['tcb-info.signed-by-stranger', 'Signature is invalid for tcb_info'],
  ['tcb-info.of-another-fmspc', 'Fmspc mismatch'],
  ['tcb-info.expired', 'TCBInfo expired'],
  ['quoting-enclave.identity-signature-zero', 'qe_identity'],
  ['crl.pck-revoked', 'Certificate is revoked'],
  ['certificate.pck-expired', 'expired'],
  ['status.sgx-not-supported', 'No matching TCB level'],
  ['attributes.sgx-debug', 'Debug mode is enabled'],
  ['attributes.tdx-debug', 'Debug mode is enabled'],
])('%s is refused', async (name, reason) => {
  const evidence = await made(name);
  expect(() => judge(evidence, anchor)).toThrow(reason);
});

test('under any other root nothing passes', async () => {
  const evidence = await made('status.sgx-up-to-date');
  const impostor = await createImpostor(vendor);
  expect(() => judge(evidence, impostor.authorities.root.certificate.der)).toThrow('certificate chain');
  const production = QuoteVerifier.newProd();
  expect(() => production.verify(evidence.evidence, foreignForm(evidence), evidence.now.getTime() / 1000)).toThrow(
    'certificate chain',
  );
});
