import { fromHex } from '../codec/hex.ts';
import { asObject, type Json, type JsonObject, parseJsonObject, rawMembers } from '../codec/json.ts';
import * as fields from '../codec/json-fields.ts';
import { utf8 } from '../codec/text.ts';
import { fromIso, type UnixSeconds } from '../codec/time.ts';
import { malformed } from '../errors.ts';

/** A document signed by Intel as `{"<member>":{…},"signature":"<hex>"}`. */
export interface SignedDocument {
  readonly body: JsonObject;
  /** The body byte for byte as received: what the signature covers. */
  readonly signed: Uint8Array;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
}

const MAX_ITEMS = 1024;
/** Intel's documents have some 20,000 characters. */
const MAX_DOCUMENT = 1_048_576;

/** Parses the envelope of TCB info or an enclave identity: these two members only. Throws `malformed`. */
export function parseSignedDocument(text: string, member: 'tcbInfo' | 'enclaveIdentity'): SignedDocument {
  const whole = parseJsonObject(fields.textOf(text, member, MAX_DOCUMENT), member);
  fields.exactMembers(whole, member, [member, 'signature']);
  const raw = rawMembers(text).find(({ key }) => key === member);
  return {
    body: asObject(whole[member], member),
    signed: utf8(raw?.text ?? ''),
    signature: hexOf(whole, 'signature', 64),
  };
}

/** A member that must be text; at most 1024 characters. */
export function textOf(object: JsonObject, key: string): string {
  return fields.textOf(object[key], key, MAX_ITEMS);
}

/** A member that must be an integer from 0 to `max`. */
export function countOf(object: JsonObject, key: string, max: number): number {
  return fields.integerOf(object[key], key, 0, max);
}

/** A member that must be hexadecimal of `size` bytes. */
export function hexOf(object: JsonObject, key: string, size: number): Uint8Array {
  const bytes = fromHex(textOf(object, key), key);
  if (bytes.length !== size) throw malformed(`${key}: ${bytes.length} bytes, expected ${size}`, { field: key });
  return bytes;
}

/** A member that must be a time. */
export function dateOf(object: JsonObject, key: string): UnixSeconds {
  return fromIso(textOf(object, key), key);
}

/** A member that must be a list; at most 1024 entries. */
export function listOf(object: JsonObject, key: string): readonly Json[] {
  return fields.arrayOf(object[key], key, MAX_ITEMS);
}

/** A member that may be missing, else a list of texts. */
export function textsOf(object: JsonObject, key: string): readonly string[] {
  if (object[key] === undefined) return [];
  return listOf(object, key).map((item) => fields.textOf(item, key, MAX_ITEMS));
}
