import type { Catalogue } from '../verdict/check.ts';

const REPORT = 'Get an unaltered report from the guest.';
const CHAIN = "Use the certificates that AMD's key service gives for this chip.";
const FETCH = "Fetch it from AMD's key service (kdsintf.amd.com).";

/** Checks of the layer `authentic`. */
export const authenticChecks = {
  'snp.report.length': {
    layer: 'authentic',
    requires: 'The report has 1184 bytes.',
    remedy: 'Give the bare report; reports of Azure paravisors are not supported.',
  },
  'snp.report.version': {
    layer: 'authentic',
    requires: 'The version of the report is 2, 3, 4 or 5.',
    remedy: REPORT,
  },
  'snp.report.policy': {
    layer: 'authentic',
    requires: 'Bit 17 of the guest policy is one, bits 26 and above are zero.',
    remedy: REPORT,
  },
  'snp.report.reserved': {
    layer: 'authentic',
    requires: "The version's reserved ranges are zero.",
    remedy: REPORT,
  },
  'snp.report.signer-info': {
    layer: 'authentic',
    requires: 'Bits 5 and above of KEY_INFO are zero.',
    remedy: REPORT,
  },
  'snp.report.signing-key': {
    layer: 'authentic',
    requires: 'A VCEK or VLEK signed the report.',
    remedy: 'Ask for a signed report: the host must not turn signing off.',
  },
  'snp.report.signature-algorithm': {
    layer: 'authentic',
    requires: 'The signature is ECDSA with P-384 and SHA-384.',
    remedy: REPORT,
  },
  'snp.report.signature-form': {
    layer: 'authentic',
    requires: 'r and s are in range, unused bytes of the signature are zero.',
    remedy: REPORT,
  },
  'snp.vek.present': {
    layer: 'authentic',
    requires: 'The VCEK or VLEK certificate is given and parses.',
    remedy: FETCH,
  },
  'snp.ask.present': {
    layer: 'authentic',
    requires: 'The ASK or ASVK certificate is given and parses.',
    remedy: FETCH,
  },
  'snp.ark.present': {
    layer: 'authentic',
    requires: 'The ARK certificate is given and parses.',
    remedy: FETCH,
  },
  'snp.crl.present': {
    layer: 'authentic',
    requires: "The ARK's revocation list is given and parses.",
    remedy: FETCH,
  },
  'snp.ark.self-signed': {
    layer: 'authentic',
    requires: 'The ARK certificate is signed with its own key.',
    remedy: CHAIN,
    authority: 'amd',
  },
  'snp.ark.anchor': {
    layer: 'authentic',
    requires: "The ARK's key is AMD's for the product, or one the caller vouches for.",
    remedy: 'Refuse this evidence, or name the root of your test vendor.',
    authority: 'amd',
  },
  'snp.ask.signature': {
    layer: 'authentic',
    requires: 'The ARK signed the ASK or ASVK certificate.',
    remedy: CHAIN,
    authority: 'amd',
  },
  'snp.vek.signature': {
    layer: 'authentic',
    requires: 'The ASK or ASVK signed the VCEK or VLEK certificate.',
    remedy: CHAIN,
    authority: 'amd',
  },
  'snp.chain.names': {
    layer: 'authentic',
    requires: 'Subjects and issuers are those of one product and one kind of key.',
    remedy: CHAIN,
  },
  'snp.chain.keys': {
    layer: 'authentic',
    requires: 'ARK and ASK are RSA-4096, the leaf is P-384, all signed with RSASSA-PSS and SHA-384.',
    remedy: CHAIN,
  },
  'snp.chain.constraints': {
    layer: 'authentic',
    requires: 'ARK and ASK may sign certificates, the leaf may not.',
    remedy: CHAIN,
  },
  'snp.chain.crl-url': {
    layer: 'authentic',
    requires: "ARK and ASK name the product's revocation list at AMD's key service.",
    remedy: CHAIN,
  },
  'snp.chain.validity': {
    layer: 'authentic',
    requires: 'All certificates are valid now.',
    remedy: 'Fetch current certificates; check the clock.',
    authority: 'amd',
  },
  'snp.crl.issuer': {
    layer: 'authentic',
    requires: "The list is the ARK's and complete.",
    remedy: FETCH,
  },
  'snp.crl.signature': {
    layer: 'authentic',
    requires: 'The ARK signed the revocation list.',
    remedy: FETCH,
    authority: 'amd',
  },
  'snp.crl.freshness': {
    layer: 'authentic',
    requires: 'The revocation list is in force now.',
    remedy: FETCH,
    authority: 'amd',
  },
  'snp.crl.revocation': {
    layer: 'authentic',
    requires: 'No certificate of the chain is revoked.',
    remedy: 'Refuse this evidence; fetch certificates that AMD has issued since.',
    authority: 'amd',
  },
  'snp.vek.extensions': {
    layer: 'authentic',
    requires: 'The leaf names product, TCB, and hardware id (VCEK) or provider (VLEK).',
    remedy: CHAIN,
  },
  'snp.vek.kind': {
    layer: 'authentic',
    requires: 'The leaf is of the kind that signed the report.',
    remedy: 'Give the VCEK for a report signed with VCEK, the VLEK for one signed with VLEK.',
  },
  'snp.product.line': {
    layer: 'authentic',
    requires: "The report's processor, the leaf's product and the root are of one line.",
    remedy: CHAIN,
  },
  'snp.report.signature': {
    layer: 'authentic',
    requires: "The leaf's key signed the report.",
    remedy: 'Give the certificate for the chip and the reported TCB; else refuse this report.',
    authority: 'amd',
  },
  'snp.tcb.reported': {
    layer: 'authentic',
    requires: 'The reported TCB is that of the leaf.',
    remedy: 'Fetch the certificate for the reported TCB.',
    authority: 'amd',
  },
  'snp.tcb.current': {
    layer: 'authentic',
    requires: "No component of the leaf's TCB is above the current one.",
    remedy: 'Refuse this report.',
    authority: 'amd',
  },
  'snp.chip.id': {
    layer: 'authentic',
    requires: "VCEK: the chip id is the leaf's, or masked with MASK_CHIP_KEY. VLEK: it is zero.",
    remedy: "Fetch this chip's certificate.",
    authority: 'amd',
  },
} as const satisfies Catalogue;
