import type { Subject } from '../binding/subject.ts';
import { toBase64 } from '../codec/base64.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { asObject, type JsonObject } from '../codec/json.ts';
import { arrayOf, bytesOf, exactMembers, integerOf, patternOf, textOf } from '../codec/json-fields.ts';
import { fromIso, toIso, type UnixSeconds } from '../codec/time.ts';
import { malformed } from '../errors.ts';
import { readSubject, subjectJson } from './subject-json.ts';

/** How a bundle's maker judged it: testimony, never an input to trust. */
export interface BundleRecord {
  /** The verifier's name and version. */
  readonly version: string;
  /** The policy as it was given. */
  readonly policy: JsonObject;
  /** The challenge, 16 to 64 bytes; null without one. */
  readonly nonce: Uint8Array | null;
  /** The instant judged. */
  readonly instant: UnixSeconds;
  readonly clockSkewSeconds: number;
  readonly allowSimulated: boolean;
  /** DER of the roots that the maker vouched for. */
  readonly roots: readonly Uint8Array[];
  /** What the maker saw itself; null when it named nothing. */
  readonly subject: Subject | null;
  /** SHA-256 of the verdict, lower-case hex. */
  readonly verdictDigest: string;
}

const MEMBERS = [
  ...['version', 'policy', 'nonce', 'instant', 'clockSkewSeconds', 'allowSimulated'],
  ...['roots', 'subject', 'verdictDigest'],
];
const MAX_ROOTS = 16;
const MAX_ROOT = 16_384;

/** Reads a record: exactly these members. Throws `malformed`, naming the member. */
export function readRecord(object: JsonObject): BundleRecord {
  exactMembers(object, 'record', MEMBERS);
  const { version, policy, nonce, instant, clockSkewSeconds, allowSimulated, roots, subject, verdictDigest } = object;
  if (typeof allowSimulated !== 'boolean') {
    throw malformed('record.allowSimulated: expected true or false', { field: 'record.allowSimulated' });
  }
  return {
    version: textOf(version, 'record.version', 200),
    policy: asObject(policy, 'record.policy'),
    nonce: nonce === null ? null : fromHex(textOf(nonce, 'record.nonce', 128), 'record.nonce'),
    instant: fromIso(textOf(instant, 'record.instant', 20), 'record.instant'),
    clockSkewSeconds: integerOf(clockSkewSeconds, 'record.clockSkewSeconds', 0, 3600),
    allowSimulated,
    roots: arrayOf(roots, 'record.roots', MAX_ROOTS).map((root) => bytesOf(root, 'record.roots', MAX_ROOT)),
    subject: subject === null ? null : readSubject(asObject(subject, 'record.subject')),
    verdictDigest: patternOf(
      verdictDigest,
      'record.verdictDigest',
      /^[0-9a-f]{64}$/,
      '32 bytes of lower-case hexadecimal',
    ),
  };
}

/** A record as JSON. */
export function recordJson(record: BundleRecord): JsonObject {
  const { nonce, instant, roots, subject, version, policy, clockSkewSeconds, allowSimulated, verdictDigest } = record;
  return {
    version,
    policy,
    nonce: nonce && toHex(nonce),
    instant: toIso(instant),
    clockSkewSeconds,
    allowSimulated,
    roots: roots.map(toBase64),
    subject: subject && subjectJson(subject),
    verdictDigest,
  };
}
