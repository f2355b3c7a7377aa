import { malformed } from '../errors.ts';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a string. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string of UTF-8 bytes; a byte order mark is kept. Throws `malformed` for invalid UTF-8, naming `field`. */
export function fromUtf8(bytes: Uint8Array, field = 'text'): string {
  // Names in certificates are short and ASCII: calling the decoder would cost more than reading them.
  if (bytes.length <= 64 && isAscii(bytes)) return Reflect.apply(String.fromCharCode, undefined, bytes);
  try {
    return strict.decode(bytes);
  } catch {
    throw malformed(`${field}: not UTF-8`, { field });
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}
