import { fromUtf8, parseJsonObject, utf8 } from '@assay/verify/codec';
import { damaged, isSha256, type ObjectInfo } from './objects.ts';

/** Name and version of the format: one line of JSON, then the object's bytes. */
const SCHEMA = 'assay.object/1';

/** Longest first line, its end included, in bytes. */
export const MAX_HEADER_BYTES = 512;

/** What is known of an object, and where in the file its bytes begin. */
export interface FileHeader extends ObjectInfo {
  readonly start: number;
}

/** The first line of an object's file. */
export function encodeHeader({ size, sha256, contentType }: ObjectInfo): Uint8Array {
  return utf8(`${JSON.stringify({ schema: SCHEMA, size, sha256, contentType })}\n`);
}

/** Reads the first line from a file's beginning; `place` names the object in errors, which are `malformed`. */
export function decodeHeader(place: string, beginning: Uint8Array): FileHeader {
  const end = beginning.subarray(0, MAX_HEADER_BYTES).indexOf(0x0a);
  if (end === -1) throw damaged(place, 'does not begin with a line of JSON');
  const { schema, size, sha256, contentType } = parseJsonObject(
    fromUtf8(beginning.subarray(0, end)),
    `object ${place}`,
  );
  if (schema !== SCHEMA) throw damaged(place, `is not of the schema ${SCHEMA}`);
  const digest = typeof sha256 === 'string' ? sha256 : undefined;
  if (!isSha256(digest) || typeof size !== 'number' || !Number.isSafeInteger(size) || typeof contentType !== 'string') {
    throw damaged(place, 'has a first line without size, sha256 and contentType');
  }
  return { size, sha256: digest, contentType, start: end + 1 };
}
