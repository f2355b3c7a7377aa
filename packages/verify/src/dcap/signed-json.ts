import { fromHex } from '../codec/hex.ts';
import { asObject, type Json, type JsonObject, parseJsonObject, rawMembers } from '../codec/json.ts';
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

/** Parses the envelope of TCB info or an enclave identity. Throws `malformed`. */
export function parseSignedDocument(text: string, member: 'tcbInfo' | 'enclaveIdentity'): SignedDocument {
  const whole = parseJsonObject(text, member);
  const body = asObject(whole[member], member);
  const signature = fromHex(textOf(whole, 'signature'), 'signature');
  if (signature.length !== 64) throw malformed(`signature: ${signature.length} bytes, expected 64`);
  const raw = rawMembers(text).find(({ key }) => key === member);
  if (raw === undefined) throw malformed(`${member}: missing`);
  return { body, signed: utf8(raw.text), signature };
}

/** A member that must be text. */
export function textOf(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value !== 'string') throw malformed(`${key}: expected text`, { field: key });
  return value;
}

/** A member that must be an integer from 0 to `max`. */
export function countOf(object: JsonObject, key: string, max: number): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw malformed(`${key}: expected an integer from 0 to ${max}`, { field: key });
  }
  return value;
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
  const value = object[key];
  if (!Array.isArray(value) || value.length > 1024) throw malformed(`${key}: expected a list`, { field: key });
  return value;
}

/** A member that may be missing, else a list of texts. */
export function textsOf(object: JsonObject, key: string): readonly string[] {
  if (object[key] === undefined) return [];
  return listOf(object, key).map((item) => {
    if (typeof item !== 'string') throw malformed(`${key}: expected texts`, { field: key });
    return item;
  });
}
