import { isZero } from '../../codec/bytes.ts';
import { toHex } from '../../codec/hex.ts';
import type { Checklist } from '../../verdict/checklist.ts';
import type { Claims } from '../../verdict/verdict.ts';
import type { Subject } from '../subject.ts';
import { dip1 } from './dip1.ts';
import type { Expected, ForeignProfile, Profile } from './expectation.ts';
import { ingressEvidence } from './ingress-evidence.ts';
import { oauth3Info, pbtsPayload, sha256Info } from './payload.ts';
import { ratlsCert } from './ratls-cert.ts';
import { raw } from './raw.ts';
import { pbtsPayload1, pbtsRegister1 } from './stamped.ts';
import { tappd } from './tappd.ts';
import { teekit } from './teekit.ts';

const PROFILES: Readonly<Record<ForeignProfile, Profile>> = {
  raw,
  'oauth3-info': oauth3Info,
  'sha256-info': sha256Info,
  tappd,
  'ratls-cert': ratlsCert,
  'ingress-evidence': ingressEvidence,
  dip1,
  'pbts-payload': pbtsPayload,
  'pbts-payload/1': pbtsPayload1,
  'pbts-register/1': pbtsRegister1,
  teekit,
};

/**
 * Checks that all 64 bytes of report data are what the profile makes of the subject. Returns what was expected when they
 * are; a subject that is missing, or that says nothing, leaves the check out.
 */
export async function bindForeign(
  profile: ForeignProfile,
  subject: Subject,
  claims: Claims,
  checks: Checklist,
): Promise<Expected | undefined> {
  const expectation = await PROFILES[profile](subject, claims);
  if ('missing' in expectation) {
    checks.skip('binding.subject', expectation.missing);
    return undefined;
  }
  if ('refused' in expectation) {
    checks.fail('binding.subject', { actual: expectation.refused });
    return undefined;
  }
  const expected = toHex(expectation.reportData);
  const actual = claims.reportData ?? 'evidence without report data';
  if (actual === expected && isZero(expectation.reportData)) {
    checks.skip('binding.subject', 'report data of zeros names nothing');
    return undefined;
  }
  const { how } = expectation;
  const detail = { expected: how === undefined ? expected : `${expected} (${how})`, actual };
  return checks.test('binding.subject', actual === expected, detail) ? expectation : undefined;
}
