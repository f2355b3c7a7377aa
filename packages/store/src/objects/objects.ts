import { createHash } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { usage } from '../failure.ts';

/** What is known of an object. */
export interface ObjectInfo {
  readonly size: number;
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string;
  readonly contentType: string;
}

/** An object whose bytes have the digest that it was stored with. */
export interface StoredObject extends ObjectInfo {
  readonly bytes: Uint8Array;
}

/** Objects by key: a folder of files, or a bucket. Keys are parts of `A-Z a-z 0-9 . _ -` with `/` between them. */
export interface Objects {
  /**
   * Stores bytes, on the disk when it resolves. With `ifAbsent` what is there stays, and `written` says false. Of many
   * at once exactly one writes.
   */
  readonly put: (
    key: string,
    bytes: Uint8Array,
    options?: { readonly ifAbsent?: boolean; readonly contentType?: string },
  ) => Promise<{ readonly sha256: string; readonly written: boolean }>;
  /** The object, or undefined. Throws `malformed` when its bytes are not those that were stored, or not of `sha256`. */
  readonly get: (key: string, expected?: { readonly sha256: string }) => Promise<StoredObject | undefined>;
  readonly head: (key: string) => Promise<ObjectInfo | undefined>;
  /** Deletes the object; it need not be there. */
  readonly delete: (key: string) => Promise<void>;
  /** Keys that begin with a prefix, `''` for all, in the order of their bytes. */
  readonly list: (prefix: string) => AsyncIterable<string>;
}

/** Largest object unless another is given: it is held in memory. */
export const MAX_OBJECT_BYTES = 64 * 1024 * 1024;

/** SHA-256 in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Refuses what does not fit, and types that would break a header. */
export function checkPut(bytes: Uint8Array, contentType: string, maxBytes: number): void {
  if (bytes.length > maxBytes) {
    throw usage(`the object has ${bytes.length} bytes; expected at most ${maxBytes}`, { field: 'bytes' });
  }
  if (!/^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/.test(contentType)) {
    throw usage('the content type is not 1 to 200 visible characters of ASCII', { field: 'contentType' });
  }
}

/** An error for an object that is not as it was stored. */
export function damaged(place: string, what: string): AssayError {
  const message = `the object ${place} ${what}; it was changed or damaged: restore it from a backup`;
  return new AssayError('malformed', message, { field: place });
}

/** Whether text is a SHA-256 in lower-case hex. */
export function isSha256(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{64}$/.test(text);
}

/** The object, after its bytes were compared with its digest and with the one that the caller expects. */
export function checkedObject(
  place: string,
  info: ObjectInfo,
  bytes: Uint8Array,
  expected: { readonly sha256: string } | undefined,
): StoredObject {
  const actual = sha256Hex(bytes);
  for (const sha256 of [info.sha256, expected?.sha256 ?? info.sha256]) {
    if (sha256 === actual && bytes.length === info.size) continue;
    throw damaged(place, `has the SHA-256 ${actual}; expected ${sha256}`);
  }
  return { ...info, bytes };
}
