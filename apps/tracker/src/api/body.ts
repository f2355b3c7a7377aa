import { jsonBody, members, wrong } from '@assay/server';
import { fromBase64, fromHex, type JsonObject, utf8 } from '@assay/verify/codec';

/** The members of a body. Throws a `Problem` that names one that is missing or unknown. */
export async function bodyOf(
  request: Request,
  required: readonly string[],
  optional: readonly string[] = [],
): Promise<JsonObject> {
  return members(await jsonBody(request), required, optional);
}

/** The same of a body that may be left out. */
export async function maybeBodyOf(request: Request, optional: readonly string[]): Promise<JsonObject> {
  const { headers } = request;
  const length = headers.get('content-length') ?? (headers.has('transfer-encoding') ? 'unknown' : '0');
  return length === '0' ? {} : bodyOf(request, [], optional);
}

/** Well-formed text of 1 to `most` bytes of UTF-8. Throws a `Problem`. */
export function textOf(body: JsonObject, field: string, most: number): string {
  const value = body[field];
  const length = typeof value === 'string' && value.isWellFormed() ? utf8(value).length : 0;
  if (typeof value === 'string' && length >= 1 && length <= most) return value;
  throw wrong(field, `expected well-formed text of 1 to ${most} bytes`);
}

/** The same where it may be left out. */
export function maybeTextOf(body: JsonObject, field: string, most: number): string | undefined {
  return body[field] === undefined ? undefined : textOf(body, field, most);
}

/** Bytes in base64, exactly so many. Throws a `Problem`. */
export function base64Of(body: JsonObject, field: string, length: number): Uint8Array {
  const value = body[field];
  const bytes = typeof value === 'string' && value.length <= 4 * length ? fromBase64(value, field) : undefined;
  if (bytes?.length === length) return bytes;
  throw wrong(field, `expected ${length} bytes in base64${bytes === undefined ? '' : `, found ${bytes.length}`}`);
}

/** Bytes in hexadecimal, of one of these lengths. Throws a `Problem`. */
export function hexOf(body: JsonObject, field: string, ...lengths: readonly number[]): Uint8Array {
  const text = textOf(body, field, 2 * Math.max(...lengths));
  const bytes = fromHex(text.toLowerCase(), field);
  if (lengths.includes(bytes.length)) return bytes;
  throw wrong(field, `expected ${lengths.join(' or ')} bytes in hexadecimal, found ${bytes.length}`);
}

/** A whole number from 0. Throws a `Problem`. */
export function integerOf(body: JsonObject, field: string, most: number): number {
  const value = body[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= most) return value;
  throw wrong(field, `expected a whole number from 0 to ${most}`);
}
