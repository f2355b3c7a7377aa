import type { Explanations } from '../verdict/explain.ts';
import type { authenticChecks } from './authentic-checks.ts';

const REPORT = 'Get an unaltered report from the guest.';
const CHAIN = "Use the certificates that AMD's key service gives for this chip.";
const FETCH = "Fetch it from AMD's key service (kdsintf.amd.com).";

/** What the checks of the layer `authentic` mean, and what to do when they fail. */
export const authenticExplanations = {
  'snp.report.length': [
    'The report has 1184 bytes.',
    'Give the bare report; reports of Azure paravisors are not supported.',
  ],
  'snp.report.version': ['The version of the report is 2, 3, 4 or 5.', REPORT],
  'snp.report.policy': ['Bit 17 of the guest policy is one, bits 26 and above are zero.', REPORT],
  'snp.report.reserved': ["The version's reserved ranges are zero.", REPORT],
  'snp.report.signer-info': ['Bits 5 and above of KEY_INFO are zero.', REPORT],
  'snp.report.signing-key': [
    'A VCEK or VLEK signed the report.',
    'Ask for a signed report: the host must not turn signing off.',
  ],
  'snp.report.signature-algorithm': ['The signature is ECDSA with P-384 and SHA-384.', REPORT],
  'snp.report.signature-form': ['r and s are in range, unused bytes of the signature are zero.', REPORT],
  'snp.vek.present': ['The VCEK or VLEK certificate is given and parses.', FETCH],
  'snp.ask.present': ['The ASK or ASVK certificate is given and parses.', FETCH],
  'snp.ark.present': ['The ARK certificate is given and parses.', FETCH],
  'snp.crl.present': ["The ARK's revocation list is given and parses.", FETCH],
  'snp.ark.self-signed': ['The ARK certificate is signed with its own key.', CHAIN],
  'snp.ark.anchor': [
    "The ARK's key is AMD's for the product, or one the caller vouches for.",
    'Refuse this evidence, or name the root of your test vendor.',
  ],
  'snp.ask.signature': ['The ARK signed the ASK or ASVK certificate.', CHAIN],
  'snp.vek.signature': ['The ASK or ASVK signed the VCEK or VLEK certificate.', CHAIN],
  'snp.chain.names': ['Subjects and issuers are those of one product and one kind of key.', CHAIN],
  'snp.chain.keys': ['ARK and ASK are RSA-4096, the leaf is P-384, all signed with RSASSA-PSS and SHA-384.', CHAIN],
  'snp.chain.constraints': ['ARK and ASK may sign certificates, the leaf may not.', CHAIN],
  'snp.chain.crl-url': ["ARK and ASK name the product's revocation list at AMD's key service.", CHAIN],
  'snp.chain.validity': ['All certificates are valid now.', 'Fetch current certificates; check the clock.'],
  'snp.crl.issuer': ["The list is the ARK's and complete.", FETCH],
  'snp.crl.signature': ['The ARK signed the revocation list.', FETCH],
  'snp.crl.freshness': ['The revocation list is in force now.', FETCH],
  'snp.crl.revocation': [
    'No certificate of the chain is revoked.',
    'Refuse this evidence; fetch certificates that AMD has issued since.',
  ],
  'snp.vek.extensions': ['The leaf names product, TCB, and hardware id (VCEK) or provider (VLEK).', CHAIN],
  'snp.vek.kind': [
    'The leaf is of the kind that signed the report.',
    'Give the VCEK for a report signed with VCEK, the VLEK for one signed with VLEK.',
  ],
  'snp.product.line': ["The report's processor, the leaf's product and the root are of one line.", CHAIN],
  'snp.report.signature': [
    "The leaf's key signed the report.",
    'Give the certificate for the chip and the reported TCB; else refuse this report.',
  ],
  'snp.tcb.reported': ['The reported TCB is that of the leaf.', 'Fetch the certificate for the reported TCB.'],
  'snp.tcb.current': ["No component of the leaf's TCB is above the current one.", 'Refuse this report.'],
  'snp.chip.id': [
    "VCEK: the chip id is the leaf's, or masked with MASK_CHIP_KEY. VLEK: it is zero.",
    "Fetch this chip's certificate.",
  ],
} as const satisfies Explanations<keyof typeof authenticChecks>;
