import type { Tee } from '../tee.ts';
import { appraiseAge, appraiseAudience } from './audience.ts';
import { type AuthenticatedToken, authenticateToken } from './authenticate.ts';
import { confidentialSpaceChecks } from './checks.ts';
import { tokenEndorsements } from './endorsements.ts';
import { appraisePlatform } from './platform.ts';
import { parseToken, type Token } from './token.ts';
import { appraiseWorkload } from './workload.ts';

export type { AuthenticatedToken } from './authenticate.ts';
export type { Token } from './token.ts';

/** `{"` in base64url: how every token that Google issues begins. */
const START = [0x65, 0x79, 0x4a];

/** Google Confidential Space tokens, PKI (offline) and OIDC (with the issuer's key set). */
export const confidentialSpace: Tee<Token, AuthenticatedToken> = {
  name: 'confidential-space',
  endorsements: tokenEndorsements,
  checks: confidentialSpaceChecks,
  explanations: async () => (await import('./explanations.ts')).confidentialSpaceExplanations,
  required: {
    authentic: [
      'cs.token.form',
      'cs.token.algorithm',
      'cs.token.claims',
      'cs.token.nonces',
      'cs.token.signature',
      'cs.token.issuer',
      'cs.token.expiry',
      'cs.token.not-before',
      'cs.token.issued-at',
    ],
    platform: ['cs.swname', 'cs.dbgstat', 'cs.secboot', 'cs.hwmodel', 'cs.monitoring'],
  },
  // A signed image identifies the workload; the token's own time shows its age.
  standsIn: { 'identity.release': 'cs.image-signature', 'fresh.age': 'cs.token.age' },
  recognises: (evidence) => START.every((byte, index) => evidence[index] === byte),
  parse: parseToken,
  authenticate: authenticateToken,
  appraise({ said }, policy, clock, checks) {
    const own = policy.confidentialSpace ?? {};
    appraisePlatform(said, own, checks);
    appraiseWorkload(said, own, checks);
    appraiseAge(said, policy, clock, checks);
    appraiseAudience(said, policy, checks);
  },
};
