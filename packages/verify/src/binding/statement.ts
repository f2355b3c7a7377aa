import { canonicalJson } from '../codec/canonical-json.ts';
import { type JsonObject, parseJsonObject } from '../codec/json.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';
import type { UnixSeconds } from '../codec/time.ts';
import { malformed } from '../errors.ts';
import type { StatementType } from '../policy/policy.ts';
import type { ClaimedKey } from '../verdict/verdict.ts';
import { readStatement } from './statement-form.ts';

/** The longest statement, in bytes. */
export const MAX_STATEMENT = 65_536;

/** What an attester says of itself. Nothing in it is trusted before its digest is found in evidence. */
export interface Statement {
  readonly profile: 'assay/1';
  readonly type: StatementType;
  /** 16 to 64 random bytes, new at each start of the attester; lower-case hex. */
  readonly instance: string;
  /** The challenger's 16 to 64 bytes, lower-case hex; null when nobody asked. */
  readonly nonce: string | null;
  /** Whom it is meant for: 1 to 512 characters, or null. */
  readonly aud: string | null;
  /** By the attester's own clock, which its host can set. */
  readonly issuedAt: UnixSeconds;
  /** Keys whose private halves never leave the workload; none in a `response`. */
  readonly keys: readonly ClaimedKey[];
  /** Integers and strings; some types need certain ones. */
  readonly claims: Readonly<Record<string, string | number>>;
}

/** Everything an attester decides about a statement. */
export type StatementContent = Omit<Statement, 'profile'>;

/**
 * The JSON object of a statement whose bytes are canonical (RFC 8785). Throws `malformed` for any other bytes:
 * two readers must never see different statements behind one digest.
 */
export function decodeStatement(bytes: Uint8Array): JsonObject {
  if (bytes.length > MAX_STATEMENT) throw malformed(`statement: ${bytes.length} bytes exceed ${MAX_STATEMENT}`);
  const text = fromUtf8(bytes, 'statement');
  const object = parseJsonObject(text, 'statement');
  if (canonicalJson(object) !== text) throw malformed('statement: not canonical JSON (RFC 8785)');
  return object;
}

/** Parses a statement as received, strictly. Throws `malformed`, naming the member. */
export function parseStatement(bytes: Uint8Array): Statement {
  return readStatement(decodeStatement(bytes));
}

/**
 * The canonical bytes of a statement: hash them with `statementDigest` and hand them out unchanged.
 * Throws `malformed`, naming the member that is out of range.
 *
 * @example
 * buildStatement({ type: 'attestation', instance, nonce: null, aud: null, issuedAt: 1_700_000_000, keys: [], claims: {} });
 */
export function buildStatement(content: StatementContent): Uint8Array {
  const { type, instance, nonce, aud, issuedAt, keys, claims } = content;
  const object = {
    profile: 'assay/1',
    type,
    instance,
    nonce,
    aud,
    issuedAt,
    keys: keys.map(({ use, spkiSha256 }) => ({ use, spkiSha256 })),
    claims: { ...claims },
  };
  readStatement(object);
  const bytes = utf8(canonicalJson(object));
  if (bytes.length > MAX_STATEMENT) throw malformed(`statement: ${bytes.length} bytes exceed ${MAX_STATEMENT}`);
  return bytes;
}
