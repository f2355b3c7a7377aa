import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const AUTHENTIC_BY_GOOGLE: CheckDefinition = { layer: 'authentic', authority: 'google' };
const AUTHENTIC_BY_CALLER: CheckDefinition = { layer: 'authentic', authority: 'caller' };
const PLATFORM: CheckDefinition = { layer: 'platform', authority: 'google' };
const IDENTITY: CheckDefinition = { layer: 'identity', authority: 'google' };
const FRESH: CheckDefinition = { layer: 'fresh', authority: 'google' };
const BOUND: CheckDefinition = { layer: 'bound', authority: 'google' };

/** Checks of Google Confidential Space tokens, PKI and OIDC. */
export const confidentialSpaceChecks = {
  'cs.token.form': AUTHENTIC_BY_GOOGLE,
  'cs.token.algorithm': AUTHENTIC_BY_GOOGLE,
  'cs.token.claims': AUTHENTIC_BY_GOOGLE,
  'cs.token.nonces': AUTHENTIC_BY_GOOGLE,
  'cs.pki.certificates': AUTHENTIC_BY_GOOGLE,
  'cs.pki.root': AUTHENTIC_BY_GOOGLE,
  'cs.pki.names': AUTHENTIC_BY_GOOGLE,
  'cs.pki.constraints': AUTHENTIC_BY_GOOGLE,
  'cs.pki.validity': AUTHENTIC_BY_GOOGLE,
  'cs.pki.root.signature': AUTHENTIC_BY_GOOGLE,
  'cs.pki.intermediate.signature': AUTHENTIC_BY_GOOGLE,
  'cs.pki.leaf.signature': AUTHENTIC_BY_GOOGLE,
  'cs.pki.kid': AUTHENTIC_BY_GOOGLE,
  'cs.jwks.source': AUTHENTIC_BY_CALLER,
  'cs.jwks.form': AUTHENTIC_BY_CALLER,
  'cs.jwks.key': AUTHENTIC_BY_CALLER,
  'cs.token.signature': AUTHENTIC_BY_GOOGLE,
  'cs.token.issuer': AUTHENTIC_BY_GOOGLE,
  'cs.token.expiry': AUTHENTIC_BY_GOOGLE,
  'cs.token.not-before': AUTHENTIC_BY_GOOGLE,
  'cs.token.issued-at': AUTHENTIC_BY_GOOGLE,
  'cs.swname': PLATFORM,
  'cs.dbgstat': PLATFORM,
  'cs.support': PLATFORM,
  'cs.secboot': PLATFORM,
  'cs.hwmodel': PLATFORM,
  'cs.monitoring': PLATFORM,
  'cs.tdx-tcb': PLATFORM,
  'cs.gpu': PLATFORM,
  'cs.env-override': IDENTITY,
  'cs.cmd-override': IDENTITY,
  'cs.restart-policy': IDENTITY,
  'cs.project': IDENTITY,
  'cs.zone': IDENTITY,
  'cs.service-accounts': IDENTITY,
  'cs.image-signature': IDENTITY,
  'cs.token.age': FRESH,
  'cs.audience': BOUND,
} as const satisfies Catalogue;
