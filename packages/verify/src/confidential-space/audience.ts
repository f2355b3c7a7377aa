import { toIso } from '../codec/time.ts';
import type { Policy } from '../policy/policy.ts';
import type { Clock } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { shown } from './token.ts';
import type { TokenClaims } from './token-claims.ts';

/** The audience of the launcher's default token: whoever shows it to Google's token exchange acts for the workload. */
const TOKEN_EXCHANGE = 'https://sts.googleapis.com';

/** Judges for whom the token was issued: part of the layer `bound`. */
export function appraiseAudience({ audience }: TokenClaims, { binding }: Policy, checks: Checklist): void {
  const actual = shown(audience);
  if (audience === TOKEN_EXCHANGE) {
    checks.fail('cs.audience', {
      expected: 'an audience of the relying party',
      actual,
      remedy: 'Do not show or store this token: it is a credential. Ask the attester for one of your own audience.',
    });
  } else if (binding === undefined || binding === 'any') {
    checks.skip(
      'cs.audience',
      binding === 'any' ? 'the policy says binding: any' : 'the policy says nothing of binding',
    );
  } else {
    const expected = binding.audience;
    const holds = expected !== undefined && audience === expected;
    checks.test('cs.audience', holds, { expected: expected ?? 'an audience in policy.binding.audience', actual });
  }
}

/** Judges the token's age by Google's clock, where the policy asks: part of the layer `fresh`. */
export function appraiseAge({ issuedAt }: TokenClaims, { freshness }: Policy, clock: Clock, checks: Checklist): void {
  if (freshness === undefined || freshness === 'any') return;
  const oldest = clock.now - freshness.maxAgeSeconds - clock.skew;
  checks.test('cs.token.age', issuedAt !== undefined && issuedAt >= oldest, {
    expected: `since ${toIso(Math.max(0, oldest))}`,
    actual: issuedAt === undefined ? 'absent' : toIso(issuedAt),
  });
}
