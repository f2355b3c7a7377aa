import type { Subject } from '../binding/subject.ts';
import { toBase64 } from '../codec/base64.ts';
import { canonicalJson } from '../codec/canonical-json.ts';
import { asObject, type JsonObject, parseJsonObject } from '../codec/json.ts';
import { arrayOf, bytesOf, exactMembers } from '../codec/json-fields.ts';
import { utf8 } from '../codec/text.ts';
import { secondsOf } from '../codec/time.ts';
import { hashOf, sha256Hex } from '../crypto/hash.ts';
import { malformed } from '../errors.ts';
import { type Envelope, envelopeJson, readEnvelope } from '../evidence/envelope.ts';
import type { Policy } from '../policy/policy.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { type Countersignature, countersignatureJson, readCountersignature } from './countersignature.ts';
import { type BundleRecord, readRecord, recordJson } from './record.ts';

/** Evidence kept for years: with its endorsements, how it was judged, and what shows when it existed. */
export interface Bundle {
  readonly evidence: Envelope;
  readonly record: BundleRecord;
  /** Evidence and record as JSON: what digest, countersignatures and time-stamps are about. */
  readonly content: JsonObject;
  readonly countersignatures: readonly Countersignature[];
  /** DER of time-stamp tokens (RFC 3161). */
  readonly timestamps: readonly Uint8Array[];
}

/** What was judged, and how: the options that were given to `verify`. */
export interface BundleInput {
  /** With `endorsements`: those the verdict rests on. */
  readonly evidence: Envelope;
  readonly verdict: Verdict;
  /** The verifier's name and version. */
  readonly version: string;
  readonly policy: Policy;
  readonly now: Date;
  readonly clockSkewSeconds?: number | undefined;
  readonly nonce?: Uint8Array | undefined;
  readonly subject?: Subject | undefined;
  readonly roots?: readonly Uint8Array[] | undefined;
  readonly allowSimulated?: boolean | undefined;
}

const TAG = utf8('assay/1-bundle\0');
const MAX_PROOFS = 16;
const MAX_TIMESTAMP = 65_536;

/** SHA-256 of a verdict's JSON, lower-case hex: the same in every runtime. */
export async function verdictDigest(verdict: Verdict): Promise<string> {
  return sha256Hex(utf8(JSON.stringify(verdict)));
}

/**
 * Puts evidence, endorsements and the record of a verdict together.
 * Throws `malformed` for evidence without endorsements, and `usage` for a `now` that is no date.
 *
 * @example
 * const options = { policy, now: new Date(), nonce };
 * const verdict = await verify(evidence, { tees: [sgx, tdx], ...options });
 * const text = serialiseBundle(await makeBundle({ evidence, verdict, version: 'my-service 1.0', ...options }));
 */
export async function makeBundle(input: BundleInput): Promise<Bundle> {
  const { evidence, policy, now, nonce, subject, roots = [], allowSimulated = false, version } = input;
  const record = {
    version,
    policy: JSON.parse(JSON.stringify(policy)) as JsonObject,
    nonce: nonce ?? null,
    instant: secondsOf(now),
    clockSkewSeconds: input.clockSkewSeconds ?? 0,
    allowSimulated,
    roots,
    subject: subject ?? null,
    verdictDigest: '',
  };
  // As JSON before the first await: the caller's buffers may change afterwards.
  const json = { evidence: envelopeJson(evidence), record: recordJson(record) };
  const digest = await verdictDigest(input.verdict);
  return readContent({ ...json, schema: 'assay.bundle/1', record: { ...json.record, verdictDigest: digest } });
}

/** Parses `assay.bundle/1`. Throws `malformed`, naming the member; unknown members are refused. */
export function parseBundle(text: string): Bundle {
  const object = parseJsonObject(text, 'bundle');
  exactMembers(object, 'bundle', ['schema', 'evidence', 'record'], ['proofs']);
  const { proofs, ...content } = object;
  const bundle = readContent(content);
  return proofs === undefined ? bundle : { ...bundle, ...readProofs(asObject(proofs, 'bundle.proofs')) };
}

/** `assay.bundle/1` as text. Members keep their order: that of a policy shows in verdicts. */
export function serialiseBundle({ content, countersignatures, timestamps }: Bundle): string {
  if (countersignatures.length === 0 && timestamps.length === 0) return JSON.stringify(content);
  const proofs = {
    countersignatures: countersignatures.map(countersignatureJson),
    timestamps: timestamps.map(toBase64),
  };
  return JSON.stringify({ ...content, proofs });
}

/** SHA-256("assay/1-bundle\0" ‖ canonical JSON of the content), 32 bytes: have this time-stamped or countersigned. */
export async function bundleDigest({ content }: Pick<Bundle, 'content'>): Promise<Uint8Array> {
  return hashOf('SHA-256', TAG, utf8(canonicalJson(content)));
}

function readContent(content: JsonObject): Bundle {
  if (content.schema !== 'assay.bundle/1') {
    throw malformed('bundle.schema: expected "assay.bundle/1"', { field: 'bundle.schema' });
  }
  const evidence = readEnvelope(asObject(content.evidence, 'bundle.evidence'));
  if (evidence.endorsements === undefined) {
    throw malformed('bundle.evidence: endorsements are missing', { field: 'bundle.evidence.endorsements' });
  }
  const record = readRecord(asObject(content.record, 'bundle.record'));
  // Refuses what has no canonical form, such as a policy with fractions, before anyone needs the digest.
  canonicalJson(content);
  return { evidence, record, content, countersignatures: [], timestamps: [] };
}

function readProofs(object: JsonObject): Pick<Bundle, 'countersignatures' | 'timestamps'> {
  exactMembers(object, 'bundle.proofs', ['countersignatures', 'timestamps']);
  const field = 'bundle.proofs.timestamps';
  return {
    countersignatures: arrayOf(object.countersignatures, 'bundle.proofs.countersignatures', MAX_PROOFS).map((value) =>
      readCountersignature(asObject(value, 'bundle.proofs.countersignatures')),
    ),
    timestamps: arrayOf(object.timestamps, field, MAX_PROOFS).map((value) => bytesOf(value, field, MAX_TIMESTAMP)),
  };
}
