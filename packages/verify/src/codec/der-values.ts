import { malformed } from '../errors.ts';
import { contentsOf, type Der, expectTag, TAG } from './der.ts';
import { type UnixSeconds, utc } from './time.ts';

/** Dotted form of an OBJECT IDENTIFIER. Throws `malformed`, naming `what`. */
export function oidOf(element: Der | undefined, what: string): string {
  // Certificates hold dozens: the bytes are read where they are.
  const { source, content, end } = expectTag(element, TAG.oid, what);
  const length = end - content;
  if (length === 0 || length > 32 || (source[end - 1] ?? 0x80) >= 0x80) throw malformed(`${what}: malformed OID`);
  let text = '';
  let arc = 0;
  let fresh = true;
  for (let i = content; i < end; i += 1) {
    const byte = source[i] ?? 0;
    if (fresh && byte === 0x80) throw malformed(`${what}: OID arc not minimal`);
    arc = arc * 128 + (byte & 0x7f);
    // Beyond this, two OIDs could become one text.
    if (arc > Number.MAX_SAFE_INTEGER) throw malformed(`${what}: OID arc too large`);
    fresh = byte < 0x80;
    if (!fresh) continue;
    if (text === '') text = arc < 80 ? `${Math.floor(arc / 40)}.${arc % 40}` : `2.${arc - 80}`;
    else text += `.${arc}`;
    arc = 0;
  }
  return text;
}

/** Magnitude of a non-negative INTEGER, big endian without leading zeros (zero is empty). */
export function unsignedOf(element: Der | undefined, what: string): Uint8Array {
  const bytes = contentsOf(expectTag(element, TAG.integer, what));
  const [first, second] = bytes;
  if (first === undefined) throw malformed(`${what}: empty INTEGER`);
  if (first >= 0x80) throw malformed(`${what}: negative INTEGER`);
  if (first !== 0) return bytes;
  if (second !== undefined && second < 0x80) throw malformed(`${what}: INTEGER not minimal`);
  return bytes.subarray(1);
}

/** An INTEGER (or ENUMERATED) of at most 32 bits as a number. */
export function smallIntegerOf(element: Der | undefined, what: string, tag: number = TAG.integer): number {
  const plain = expectTag(element, tag, what);
  const bytes = unsignedOf({ ...plain, tag: TAG.integer }, what);
  if (bytes.length > 4) throw malformed(`${what}: INTEGER of ${bytes.length} bytes`);
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/** A BOOLEAN; DER allows 00 and FF only. */
export function booleanOf(element: Der | undefined, what: string): boolean {
  const bytes = contentsOf(expectTag(element, TAG.boolean, what));
  if (bytes.length !== 1 || (bytes[0] !== 0 && bytes[0] !== 0xff)) throw malformed(`${what}: malformed BOOLEAN`);
  return bytes[0] === 0xff;
}

/** The bytes of a BIT STRING without unused bits. Throws `malformed`, naming `what`. */
export function bitStringBytesOf(element: Der | undefined, what: string): Uint8Array {
  const bytes = contentsOf(expectTag(element, TAG.bitString, what));
  if (bytes[0] !== 0) throw malformed(`${what}: BIT STRING with unused bits`);
  return bytes.subarray(1);
}

/** The bytes of an OCTET STRING. Throws `malformed`, naming `what`. */
export function octetsOf(element: Der | undefined, what: string): Uint8Array {
  return contentsOf(expectTag(element, TAG.octetString, what));
}

/** UTCTime or GeneralizedTime in the only form that RFC 5280 section 4.1.2.5 allows. */
export function timeOf(element: Der | undefined, what: string): UnixSeconds {
  if (element === undefined) throw malformed(`${what}: missing`);
  const general = element.tag === TAG.generalizedTime;
  if (!general && element.tag !== TAG.utcTime) throw malformed(`${what}: not a time`);
  const bytes = contentsOf(element);
  const digits = general ? 14 : 12;
  if (bytes.length !== digits + 1 || bytes[digits] !== 0x5a) throw malformed(`${what}: malformed time`);
  const pair = (at: number): number => {
    const high = (bytes[at] ?? 0) - 48;
    const low = (bytes[at + 1] ?? 0) - 48;
    if (high < 0 || high > 9 || low < 0 || low > 9) throw malformed(`${what}: malformed time`);
    return high * 10 + low;
  };
  const at = general ? 2 : 0;
  const short = pair(at);
  const century = general ? pair(0) : short < 50 ? 20 : 19;
  // RFC 5280: dates up to 2049 are UTCTime. Vendors differ, so either form is read for any date.
  return utc(century * 100 + short, pair(at + 2), pair(at + 4), pair(at + 6), pair(at + 8), pair(at + 10), what);
}
