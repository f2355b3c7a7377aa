import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const NEW_TOKEN = 'Get a new token from the attester, unchanged.';
const DISTRUST = 'Do not trust this token: Google did not issue it as it stands.';
const OTHER_CHAIN = 'Ask for a token of type PKI again; only chains under the Confidential Space root count.';
const FETCH_KEYS = "Fetch Google's key set again from its issuer's jwks_uri; it rotates.";
const MACHINE = 'Run the workload on a Confidential Space VM that the policy allows, or change the policy.';
const WORKLOAD = 'Deploy as the policy says, or allow this in policy.confidentialSpace.';

const authentic = (requires: string, remedy: string): CheckDefinition => {
  return { layer: 'authentic', requires, remedy, authority: 'google' };
};
const caller = (requires: string, remedy: string): CheckDefinition => {
  return { layer: 'authentic', requires, remedy, authority: 'caller' };
};
const platform = (requires: string, remedy = MACHINE): CheckDefinition => {
  return { layer: 'platform', requires, remedy, authority: 'google' };
};
const identity = (requires: string): CheckDefinition => {
  return { layer: 'identity', requires, remedy: WORKLOAD, authority: 'google' };
};

/** Checks of Google Confidential Space tokens, PKI and OIDC. */
export const confidentialSpaceChecks = {
  'cs.token.form': authentic(
    'The token is a compact JWS of at most 1 MiB: canonical base64url, strict JSON, a key id, no critical headers.',
    NEW_TOKEN,
  ),
  'cs.token.algorithm': authentic('The algorithm is RS256 and no other.', DISTRUST),
  'cs.token.claims': authentic('Claims that are present have their documented types.', NEW_TOKEN),
  'cs.token.nonces': authentic(
    'eat_nonce, when present, is one string or at most six, each of 8 to 88 bytes.',
    NEW_TOKEN,
  ),
  'cs.pki.certificates': authentic(
    'x5c holds exactly three certificates with RSA keys: leaf, intermediate, root.',
    OTHER_CHAIN,
  ),
  'cs.pki.root': authentic(
    "The root key is Google's Confidential Space root, or one that the caller vouches for.",
    OTHER_CHAIN,
  ),
  'cs.pki.names': authentic('Each certificate names the next as its issuer, the root itself.', OTHER_CHAIN),
  'cs.pki.constraints': authentic(
    'Root and intermediate are CAs that may sign certificates; the leaf is no CA.',
    DISTRUST,
  ),
  'cs.pki.validity': authentic(
    'All three certificates are within their validity.',
    'Get a new token; to judge an old one, give the time at which it was received.',
  ),
  'cs.pki.root.signature': authentic('The root is signed by itself.', DISTRUST),
  'cs.pki.intermediate.signature': authentic('The intermediate is signed by the root.', DISTRUST),
  'cs.pki.leaf.signature': authentic('The leaf is signed by the intermediate.', DISTRUST),
  'cs.pki.kid': authentic("The key id is the leaf key's thumbprint (RFC 7638).", DISTRUST),
  'cs.jwks.source': caller(
    "The key set is the caller's own. One that comes with the evidence proves nothing: its sender made it.",
    'Give the key set yourself, fetched from Google; or ask the attester for a token of type PKI.',
  ),
  'cs.jwks.form': caller(
    'A JSON Web Key Set is given and well-formed (OIDC tokens cannot be judged without).',
    FETCH_KEYS,
  ),
  'cs.jwks.key': caller(
    "The key id names exactly one RS256 signing key of the set. Google's keys rotate and cannot be pinned: whoever gives the set decides what is genuine.",
    FETCH_KEYS,
  ),
  'cs.token.signature': authentic('The key signed header and claims.', DISTRUST),
  'cs.token.issuer': authentic(
    'The issuer is https://confidentialcomputing.googleapis.com; any other is at best simulated.',
    DISTRUST,
  ),
  'cs.token.expiry': authentic(
    'The token has not expired (exp).',
    'Get a new token; to judge an old one, give the time at which it was received.',
  ),
  'cs.token.not-before': authentic('The token is valid already (nbf).', 'Correct the clock, or wait.'),
  'cs.token.issued-at': authentic('The token was not issued in the future (iat).', 'Correct the clock.'),
  'cs.swname': platform('The software is CONFIDENTIAL_SPACE. The same keys sign tokens of plain VMs.'),
  'cs.dbgstat': platform(
    'Debugging is disabled since boot; with the debug profile, enabled.',
    'Use the production image, or the debug profile with fake data only.',
  ),
  'cs.support': platform(
    'The image has the support attribute that the policy asks for (default STABLE).',
    'Restart the VM on a current Confidential Space image.',
  ),
  'cs.secboot': platform('Secure boot is on.'),
  'cs.hwmodel': platform('The hardware is confidential and one that the policy allows.'),
  'cs.monitoring': platform(
    'Memory monitoring is off, unless the policy allows it.',
    'Deploy without tee-monitoring-memory-enable, or allow it.',
  ),
  'cs.tdx-tcb': platform("Google's word on the TDX platform's TCB is one that the policy accepts; never Revoked."),
  'cs.gpu': platform('Where the policy requires a GPU, one is attached in confidential mode.'),
  'cs.env-override': identity("Environment overrides are among the policy's, with its values (default: none)."),
  'cs.cmd-override': identity("A command override is exactly the policy's (default: none)."),
  'cs.restart-policy': identity('The restart policy is one that the policy allows.'),
  'cs.project': identity('The project is one that the policy allows.'),
  'cs.zone': identity('The zone is one that the policy allows.'),
  'cs.service-accounts': identity("The service accounts are all among the policy's."),
  'cs.image-signature': identity("The image bears a signature of one of the policy's keys."),
  'cs.token.age': {
    layer: 'fresh',
    requires: 'The token was issued within policy.freshness.maxAgeSeconds.',
    remedy: 'Get a new token.',
    authority: 'google',
  },
  'cs.audience': {
    layer: 'bound',
    requires:
      "The audience is policy.binding.audience; https://sts.googleapis.com, Google's token exchange, never is proof.",
    remedy: 'Ask the attester for a token of your own audience and name it in policy.binding.audience.',
    authority: 'google',
  },
} as const satisfies Catalogue;
