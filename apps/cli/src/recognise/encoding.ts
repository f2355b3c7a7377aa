/** How a file's bytes were written down. */
export type Encoding = 'raw' | 'hex' | 'base64';

/** One reading of a file. */
export interface Reading {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
}

const HEX = /^(?:0x)?(?:[0-9a-f]{2})+$/i;
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
  return [
    ...(HEX.test(compact) ? [reading('hex', compact.replace(/^0x/i, ''))] : []),
    ...(BASE64.test(compact) ? [reading('base64', compact)] : []),
    // White space around text (a token, JSON) is an editor's, not evidence.
    { encoding: 'raw', bytes: Buffer.from(trimmed, 'latin1') },
  ];
}

/** Buffer reads both alphabets of base64; `BASE64` has made sure that nothing else is in it. */
function reading(encoding: 'hex' | 'base64', text: string): Reading {
  return { encoding, bytes: Uint8Array.from(Buffer.from(text, encoding)) };
}

/** The bytes as text when they are printable ASCII and white space only. */
function asciiOf(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) {
    if (byte > 126 || (byte < 32 && (byte < 9 || byte > 13))) return undefined;
  }
  return Buffer.from(bytes).toString('latin1');
}
