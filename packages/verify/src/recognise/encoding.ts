import { fromHex } from '../codec/hex.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';

/** How a file's bytes were written down. */
export type Encoding = 'raw' | 'hex' | 'base64';

/** One reading of a file. */
export interface Reading {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
}

const HEX = /^[0-9a-f]+$/i;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * What bytes may stand for: what they say as hexadecimal, then as base64 or base64url, then themselves. In this order
 * because a token and JSON in base64 begin alike.
 */
export function readingsOf(bytes: Uint8Array): readonly Reading[] {
  const text = asciiOf(bytes);
  if (text === undefined) return [{ encoding: 'raw', bytes }];
  const trimmed = text.trim();
  const compact = trimmed.replace(/\s+/g, '');
  const digits = compact.replace(/^0x/i, '');
  const readings: Reading[] = [];
  if (digits.length % 2 === 0 && HEX.test(digits)) readings.push({ encoding: 'hex', bytes: fromHex(digits) });
  const decoded = BASE64.test(compact) ? base64(compact) : undefined;
  if (decoded) readings.push({ encoding: 'base64', bytes: decoded });
  // White space around text (a token, JSON) is an editor's, not evidence.
  readings.push({ encoding: 'raw', bytes: utf8(trimmed) });
  return readings;
}

/** Both alphabets, padded or not. Undefined when the length is none of base64. */
function base64(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (digits.length % 4 === 1) return undefined;
  const decoded = atob(digits);
  const bytes = new Uint8Array(decoded.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = decoded.charCodeAt(at);
  return bytes;
}

/** The bytes as text when they are printable ASCII and white space only. */
function asciiOf(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) {
    if (byte > 126 || (byte < 32 && (byte < 9 || byte > 13))) return undefined;
  }
  return fromUtf8(bytes);
}
