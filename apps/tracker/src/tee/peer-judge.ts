import { AssayError, verify } from '@assay/verify';
import { parseJsonObject, toBase64 } from '@assay/verify/codec';
import { readEnvelope } from '@assay/verify/evidence';
import { type PayloadJudgeOptions, QUOTED } from './judge.ts';
import { TEE_LIMITS } from './limits.ts';

/** Seconds by which clocks may differ. */
const CLOCK_SKEW = 60;

/**
 * Judges the attestation of another tracker (`GET /attestation`): whether a TEE that the policy accepts vouches for its id and
 * for the key that signs its ledger, not long ago. Never throws for what strangers send.
 */
export function createPeerJudge(
  { policy, clock, roots = [], allowSimulated = false, endorsementsFor }: PayloadJudgeOptions,
  keyOf: (tracker: string) => Uint8Array | undefined,
): (tracker: string, evidence: unknown) => Promise<boolean> {
  const { freshness = { maxAgeSeconds: TEE_LIMITS.maxAgeSeconds } } = policy;
  return async (tracker, evidence) => {
    const key = keyOf(tracker);
    const envelope = envelopeOf(evidence);
    if (key === undefined || envelope === undefined) return false;
    const endorsements = await endorsementsFor(envelope, undefined);
    const claims = { instanceId: tracker, receiptKey: toBase64(key) };
    const { trusted } = await verify(envelope, {
      tees: QUOTED,
      now: clock(),
      clockSkewSeconds: CLOCK_SKEW,
      policy: { ...policy, freshness, binding: { profile: 'assay/1-batch', type: 'checkpoint', claims } },
      roots,
      allowSimulated,
      ...(endorsements && { endorsements }),
    });
    return trusted;
  };
}

function envelopeOf(evidence: unknown) {
  try {
    return readEnvelope(parseJsonObject(JSON.stringify(evidence ?? null), 'evidence'));
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}
