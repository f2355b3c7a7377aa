import type { Explanations } from '../verdict/explain.ts';
import type { confidentialSpaceChecks } from './checks.ts';

const NEW_TOKEN = 'Get a new token from the attester, unchanged.';
const DISTRUST = 'Do not trust this token: Google did not issue it as it stands.';
const OTHER_CHAIN = 'Ask for a token of type PKI again; only chains under the Confidential Space root count.';
const FETCH_KEYS = "Fetch Google's key set again from its issuer's jwks_uri; it rotates.";
const MACHINE = 'Run the workload on a Confidential Space VM that the policy allows, or change the policy.';
const WORKLOAD = 'Deploy as the policy says, or allow this in policy.confidentialSpace.';

/** What the checks of Confidential Space tokens mean, and what to do when they fail. */
export const confidentialSpaceExplanations = {
  'cs.token.form': [
    'The token is a compact JWS of at most 1 MiB: canonical base64url, strict JSON, a key id, no critical headers.',
    NEW_TOKEN,
  ],
  'cs.token.algorithm': ['The algorithm is RS256 and no other.', DISTRUST],
  'cs.token.claims': ['Claims that are present have their documented types.', NEW_TOKEN],
  'cs.token.nonces': ['eat_nonce, when present, is one string or at most six, each of 8 to 88 bytes.', NEW_TOKEN],
  'cs.pki.certificates': ['x5c holds exactly three certificates with RSA keys: leaf, intermediate, root.', OTHER_CHAIN],
  'cs.pki.root': ["The root key is Google's Confidential Space root, or one that the caller vouches for.", OTHER_CHAIN],
  'cs.pki.names': ['Each certificate names the next as its issuer, the root itself.', OTHER_CHAIN],
  'cs.pki.constraints': ['Root and intermediate are CAs that may sign certificates; the leaf is no CA.', DISTRUST],
  'cs.pki.validity': [
    'All three certificates are within their validity.',
    'Get a new token; to judge an old one, give the time at which it was received.',
  ],
  'cs.pki.root.signature': ['The root is signed by itself.', DISTRUST],
  'cs.pki.intermediate.signature': ['The intermediate is signed by the root.', DISTRUST],
  'cs.pki.leaf.signature': ['The leaf is signed by the intermediate.', DISTRUST],
  'cs.pki.kid': ["The key id is the leaf key's thumbprint (RFC 7638).", DISTRUST],
  'cs.jwks.source': [
    "The key set is the caller's own. One that comes with the evidence proves nothing: its sender made it.",
    'Give the key set yourself, fetched from Google; or ask the attester for a token of type PKI.',
  ],
  'cs.jwks.form': ['A JSON Web Key Set is given and well-formed (OIDC tokens cannot be judged without).', FETCH_KEYS],
  'cs.jwks.key': [
    "The key id names exactly one RS256 signing key of the set. Google's keys rotate and cannot be pinned: whoever gives the set decides what is genuine.",
    FETCH_KEYS,
  ],
  'cs.token.signature': ['The key signed header and claims.', DISTRUST],
  'cs.token.issuer': [
    'The issuer is https://confidentialcomputing.googleapis.com; any other is at best simulated.',
    DISTRUST,
  ],
  'cs.token.expiry': [
    'The token has not expired (exp).',
    'Get a new token; to judge an old one, give the time at which it was received.',
  ],
  'cs.token.not-before': ['The token is valid already (nbf).', 'Correct the clock, or wait.'],
  'cs.token.issued-at': ['The token was not issued in the future (iat).', 'Correct the clock.'],
  'cs.swname': ['The software is CONFIDENTIAL_SPACE. The same keys sign tokens of plain VMs.', MACHINE],
  'cs.dbgstat': [
    'Debugging is disabled since boot; with the debug profile, enabled.',
    'Use the production image, or the debug profile with fake data only.',
  ],
  'cs.support': [
    'The image has the support attribute that the policy asks for (default STABLE).',
    'Restart the VM on a current Confidential Space image.',
  ],
  'cs.secboot': ['Secure boot is on.', MACHINE],
  'cs.hwmodel': ['The hardware is confidential and one that the policy allows.', MACHINE],
  'cs.monitoring': [
    'Memory monitoring is off, unless the policy allows it.',
    'Deploy without tee-monitoring-memory-enable, or allow it.',
  ],
  'cs.tdx-tcb': ["Google's word on the TDX platform's TCB is one that the policy accepts; never Revoked.", MACHINE],
  'cs.gpu': ['Where the policy requires a GPU, one is attached in confidential mode.', MACHINE],
  'cs.env-override': ["Environment overrides are among the policy's, with its values (default: none).", WORKLOAD],
  'cs.cmd-override': ["A command override is exactly the policy's (default: none).", WORKLOAD],
  'cs.restart-policy': ['The restart policy is one that the policy allows.', WORKLOAD],
  'cs.project': ['The project is one that the policy allows.', WORKLOAD],
  'cs.zone': ['The zone is one that the policy allows.', WORKLOAD],
  'cs.service-accounts': ["The service accounts are all among the policy's.", WORKLOAD],
  'cs.image-signature': ["The image bears a signature of one of the policy's keys.", WORKLOAD],
  'cs.token.age': ['The token was issued within policy.freshness.maxAgeSeconds.', 'Get a new token.'],
  'cs.audience': [
    "The audience is policy.binding.audience; https://sts.googleapis.com, Google's token exchange, never is proof.",
    'Ask the attester for a token of your own audience and name it in policy.binding.audience.',
  ],
} as const satisfies Explanations<keyof typeof confidentialSpaceChecks>;
