import type { Batcher, StatementRequest } from '@assay/attest';
import type { RawEndorsements } from '@assay/verify';
import { type Envelope, envelopeJson } from '@assay/verify/evidence';
import type { Challenge } from './request.ts';

/** What envelopes for challengers are made from. */
export interface EnvelopeOptions {
  readonly batcher: Batcher;
  /** Keys of the workload itself, such as that of its TLS certificate. */
  readonly keys: () => StatementRequest['keys'];
  readonly claims: StatementRequest['claims'];
  /**
   * Endorsements to staple, asked for once for each quote. It bounds its own time. What it throws leaves them out: the
   * evidence stands without, and a verifier says what is missing.
   */
  readonly endorsements?: ((envelope: Envelope) => Promise<RawEndorsements | undefined>) | undefined;
}

const NOTHING = new Uint8Array();

/** Answers challengers with `assay.evidence/1` as text (profile `assay/1-batch`). Throws what the batcher throws. */
export function createEnvelopes(options: EnvelopeOptions): (asked: Challenge, signal: AbortSignal) => Promise<string> {
  const { batcher, keys, claims, endorsements } = options;
  // All envelopes of a batch have one buffer of evidence: what they share is stapled and encoded once.
  const parts = new WeakMap<Uint8Array, Promise<string>>();
  const sharedPart = async ({ statement: _, proof: __, ...envelope }: Envelope): Promise<string> => {
    const stapled = await endorsements?.(envelope).catch(() => undefined);
    const json = envelopeJson({ ...envelope, evidence: NOTHING, ...(stapled && { endorsements: stapled }) });
    // An object with members: what each envelope has for itself follows.
    return JSON.stringify({ ...json, evidence: base64(envelope.evidence) }).slice(0, -1);
  };
  return async ({ nonce, aud }, signal) => {
    const envelope = await batcher.issue({ type: 'attestation', nonce, aud, keys: keys(), claims }, signal);
    let shared = parts.get(envelope.evidence);
    if (shared === undefined) {
      shared = sharedPart(envelope);
      parts.set(envelope.evidence, shared);
    }
    return `${await shared}${ownPart(envelope)}`;
  };
}

/** The end of an envelope: what it has for itself, as `serialiseEnvelope` writes it. */
function ownPart({ statement, proof }: Envelope): string {
  const said = statement && `,"statement":"${base64(statement)}"`;
  return `${said ?? ''}${proof ? `,"proof":${proofText(proof)}` : ''}}`;
}

function proofText({ index, size, salt, path }: NonNullable<Envelope['proof']>): string {
  const hashes = path.map((hash) => `"${base64(hash)}"`).join(',');
  return `{"index":${index},"size":${size},"salt":"${base64(salt)}","path":[${hashes}]}`;
}

/** As `toBase64`, several times faster for what is longer than a hash. */
function base64({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('base64');
}
