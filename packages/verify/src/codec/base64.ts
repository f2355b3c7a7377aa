import { malformed } from '../errors.ts';

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function reverse(alphabet: string): Int8Array {
  const table = new Int8Array(128).fill(-1);
  for (let i = 0; i < 64; i += 1) table[alphabet.charCodeAt(i)] = i;
  return table;
}
const FROM_STANDARD = reverse(STANDARD);
const FROM_URL_SAFE = reverse(URL_SAFE);

/** Standard base64 with padding (RFC 4648 section 4). */
export function toBase64(bytes: Uint8Array): string {
  const text = encode(bytes, STANDARD);
  return text + '='.repeat((4 - (text.length % 4)) % 4);
}

/** base64url without padding (RFC 4648 section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE);
}

/** Bytes of standard base64: padded, canonical, no white space. Throws `malformed`, naming `field`. */
export function fromBase64(text: string, field = 'base64'): Uint8Array {
  if (text.length % 4 !== 0) throw malformed(`${field}: base64 length ${text.length} is no multiple of 4`, { field });
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode(text, text.length - padding, FROM_STANDARD, field);
}

/** Bytes of base64url: unpadded, canonical, no white space. Throws `malformed`, naming `field`. */
export function fromBase64Url(text: string, field = 'base64url'): Uint8Array {
  return decode(text, text.length, FROM_URL_SAFE, field);
}

function encode(bytes: Uint8Array, alphabet: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    if (left > 1) text += alphabet.charAt((group >> 6) & 63);
    if (left > 2) text += alphabet.charAt(group & 63);
  }
  return text;
}

function decode(text: string, end: number, table: Int8Array, field: string): Uint8Array {
  const rest = end % 4;
  if (rest === 1) throw malformed(`${field}: base64 is cut short`, { field });
  const valueAt = (index: number): number => {
    const value = table[text.charCodeAt(index)] ?? -1;
    if (value < 0) throw malformed(`${field}: not base64 at character ${index}`, { field });
    return value;
  };
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  let out = 0;
  for (let i = 0; i + 3 < end; i += 4) {
    const a = table[text.charCodeAt(i)] ?? -1;
    const b = table[text.charCodeAt(i + 1)] ?? -1;
    const c = table[text.charCodeAt(i + 2)] ?? -1;
    const d = table[text.charCodeAt(i + 3)] ?? -1;
    // Only a character outside the alphabet makes the group negative: `valueAt` names which.
    if ((a | b | c | d) < 0) for (let j = i; j < i + 4; j += 1) valueAt(j);
    const group = (a << 18) | (b << 12) | (c << 6) | d;
    bytes[out] = group >> 16;
    bytes[out + 1] = group >> 8;
    bytes[out + 2] = group;
    out += 3;
  }
  if (rest === 0) return bytes;
  const third = rest === 3 ? valueAt(end - 1) : 0;
  const group = (valueAt(end - rest) << 12) | (valueAt(end - rest + 1) << 6) | third;
  if ((group & (rest === 3 ? 0x3 : 0x3ff)) !== 0)
    throw malformed(`${field}: base64 has stray bits at its end`, { field });
  bytes[out] = group >> 10;
  if (rest === 3) bytes[out + 1] = group >> 2;
  return bytes;
}
