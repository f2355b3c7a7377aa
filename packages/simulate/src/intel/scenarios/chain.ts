import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { CertificateEdits } from '../certificate.ts';
import type { CertificationOptions } from '../certification-data.ts';
import type { CollateralFiles } from '../collateral.ts';
import { makeExhibit } from '../exhibit.ts';
import type { Pck } from '../pck.ts';
import { createImpostor, reissueAuthority } from '../vendor.ts';
import { group, refusal, type Scenario, type Scenarios, scenario } from './scenario.ts';

const UNTRUSTED = ['SGX_QL_PCK_CERT_CHAIN_ERROR', 'STATUS_SGX_PCK_CERT_CHAIN_UNTRUSTED'];

/** A quote whose certification data is made from the chain. */
const chain = (status: readonly string[], make: (chain: Pck['chain']) => CertificationOptions): Scenario =>
  refusal(status, { quote: (pck) => ({ certification: make(pck.chain) }) });

/** Files that come from an impostor instead, for a platform of the vendor. */
function fromImpostor(names: readonly (keyof CollateralFiles)[], status: string | readonly string[]): Scenario {
  return async (vendor) => {
    const own = await refusal(status, {})(vendor);
    const { platform } = own.pck;
    const theirs = await makeExhibit(await createImpostor(vendor), { platform });
    const taken = Object.fromEntries(names.map((name) => [name, theirs.collateral[name]]));
    return { ...own, collateral: { ...own.collateral, ...taken } };
  };
}

/** Two PCK CAs that issued each other: whoever follows issuers without counting never comes to an end. */
const cycle: Scenario = async (vendor) => {
  const { processor, platform } = vendor.authorities;
  const issuedBy = (issuer: typeof platform): CertificateEdits => ({
    fields: { issuer: issuer.certificate.subject },
    signer: issuer.key,
  });
  const ring = await reissueAuthority(
    await reissueAuthority(vendor, 'platform', issuedBy(processor)),
    'processor',
    issuedBy(platform),
  );
  const certificates = [ring.authorities.platform.certificate, ring.authorities.processor.certificate];
  return chain(['STATUS_UNSUPPORTED_CERT_FORMAT', 'STATUS_SGX_ROOT_CA_MISSING'], ([leaf]) => ({
    form: 'chain',
    certificates: [leaf, ...certificates],
  }))(vendor);
};

/** Refusals of chains as a whole. */
export const chainScenarios: Scenarios = group('chain', {
  'pck-without-root': chain(['STATUS_UNSUPPORTED_CERT_FORMAT', 'STATUS_SGX_ROOT_CA_MISSING'], ([leaf, ca]) => ({
    form: 'chain',
    certificates: [leaf, ca],
  })),
  'pck-without-intermediate': chain(
    ['STATUS_UNSUPPORTED_CERT_FORMAT', 'STATUS_SGX_INTERMEDIATE_CA_MISSING'],
    ([leaf, , root]) => ({ form: 'chain', certificates: [leaf, root] }),
  ),
  'pck-without-leaf': chain(['STATUS_UNSUPPORTED_CERT_FORMAT', 'STATUS_SGX_PCK_MISSING'], ([, ca, root]) => ({
    form: 'chain',
    certificates: [ca, root],
  })),
  'pck-with-fourth-certificate': chain(['STATUS_UNSUPPORTED_CERT_FORMAT'], ([leaf, ca, root]) => ({
    form: 'chain',
    certificates: [leaf, ca, root, root],
  })),
  'pck-intermediate-twice': chain(['STATUS_UNSUPPORTED_CERT_FORMAT', 'STATUS_SGX_ROOT_CA_MISSING'], ([leaf, ca]) => ({
    form: 'chain',
    certificates: [leaf, ca, ca],
  })),
  'pck-cycle': cycle,
  'pck-empty': chain(['STATUS_UNSUPPORTED_CERT_FORMAT'], () => ({ form: 'raw', type: 5, data: new Uint8Array(0) })),
  'pck-garbage': chain(['STATUS_UNSUPPORTED_CERT_FORMAT'], () => ({
    form: 'raw',
    type: 5,
    data: utf8ToBytes('-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n'),
  })),
  'tcb-signing-without-root': refusal(['STATUS_UNSUPPORTED_CERT_FORMAT', 'STATUS_SGX_ROOT_CA_MISSING'], (vendor) => ({
    files: (files) => ({ ...files, 'tcbSignChain.pem': vendor.authorities.tcbSigning.certificate.pem }),
  })),
  'tcb-signing-with-third-certificate': refusal('STATUS_UNSUPPORTED_CERT_FORMAT', (vendor) => ({
    files: (files) => ({
      ...files,
      'tcbSignChain.pem': files['tcbSignChain.pem'] + vendor.authorities.root.certificate.pem,
    }),
  })),
  'tcb-signing-swapped-for-pck-ca': refusal(['STATUS_SGX_TCB_SIGNING_CERT_MISSING', 'STATUS_UNSUPPORTED_CERT_FORMAT'], {
    files: (files) => ({ ...files, 'tcbSignChain.pem': files['pckCrlIssuerChain.pem'] }),
  }),
  'tcb-signing-missing': scenario(
    { missing: 'tcbSignChain.pem' },
    { files: ({ 'tcbSignChain.pem': _, ...files }) => files },
  ),
  'pck-crl-issuer-missing': scenario(
    { missing: 'pckCrlIssuerChain.pem' },
    { files: ({ 'pckCrlIssuerChain.pem': _, ...files }) => files },
  ),
  'all-of-impostor': refusal(UNTRUSTED, { vendor: createImpostor }),
  'tcb-signing-of-impostor': fromImpostor(
    ['tcbSignChain.pem', 'tcbInfo.json', 'qeIdentity.json'],
    'STATUS_SGX_TCB_SIGNING_CERT_CHAIN_UNTRUSTED',
  ),
  'pck-of-impostor': async (vendor) => {
    const own = await refusal(UNTRUSTED, {})(vendor);
    const theirs = await makeExhibit(await createImpostor(vendor), { platform: own.pck.platform });
    return { ...own, evidence: theirs.evidence, regions: theirs.regions, pck: theirs.pck };
  },
});
