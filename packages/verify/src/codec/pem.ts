import { malformed } from '../errors.ts';
import { fromBase64 } from './base64.ts';
import { trimTrailingZeros } from './bytes.ts';
import { MAX_CRL } from './crl.ts';
import { readDer, TAG } from './der.ts';
import { fromHex } from './hex.ts';
import { fromUtf8 } from './text.ts';

/** The most certificates read from one chain. */
const MAX_BLOCKS = 16;
/** The longest PEM text read, in bytes. */
const MAX_PEM = 262_144;
/** The longest text read as a CRL, in bytes: two digits a byte, and a line's end. PEM has its own limit. */
const MAX_CRL_TEXT = 2 * MAX_CRL + 2;

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\t\n\r ]*)-----END \1-----/y;

/** DER of each PEM block with the label. Only white space may stand outside blocks. Throws `malformed`. */
export function fromPem(text: string, label: string): readonly Uint8Array[] {
  if (text.length > MAX_PEM) throw malformed(`PEM: ${text.length} characters exceed ${MAX_PEM}`);
  const blocks: Uint8Array[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    BLOCK.lastIndex = position;
    const match = BLOCK.exec(text);
    if (match === null) throw malformed(`PEM: unexpected text at character ${position}`);
    if (match[1] !== label) throw malformed(`PEM: expected ${label}, found ${match[1]}`);
    if (blocks.length === MAX_BLOCKS) throw malformed(`PEM: more than ${MAX_BLOCKS} blocks`);
    blocks.push(fromBase64((match[2] ?? '').replace(/[\t\n\r ]+/g, ''), 'PEM'));
    position = skipSpace(text, BLOCK.lastIndex);
  }
  if (blocks.length === 0) throw malformed(`PEM: no ${label}`);
  return blocks;
}

/** Certificates of a chain: PEM, or concatenated DER; NUL padding at the end is left out. Order is kept. Throws `malformed`. */
export function fromCertificateChain(bytes: Uint8Array): readonly Uint8Array[] {
  const trimmed = trimTrailingZeros(bytes);
  if (bytes[0] !== TAG.sequence) return fromPem(fromUtf8(trimmed, 'certificate chain'), 'CERTIFICATE');
  const certificates: Uint8Array[] = [];
  // DER may itself end in zero bytes, so padding starts where an element ends.
  for (let offset = 0; offset < trimmed.length; ) {
    if (certificates.length === MAX_BLOCKS) throw malformed(`certificate chain: more than ${MAX_BLOCKS}`);
    const element = readDer(bytes, offset);
    // A copy: who keeps the certificate, as handles do, must not keep the megabyte around it.
    certificates.push(new Uint8Array(bytes.subarray(element.start, element.end)));
    offset = element.end;
  }
  return certificates;
}

/** DER of one CRL given as DER, PEM, or hexadecimal of DER as caching services answer it. Throws `malformed`. */
export function fromCrlFile(bytes: Uint8Array): Uint8Array {
  const isDer = bytes[0] === TAG.sequence;
  const limit = isDer ? MAX_CRL : MAX_CRL_TEXT;
  if (bytes.length > limit) throw malformed(`CRL: ${bytes.length} bytes exceed ${limit}`);
  if (isDer) return bytes;
  const text = fromUtf8(bytes, 'CRL').trim();
  if (!text.startsWith('-----')) return fromHex(text, 'CRL');
  const [crl, ...more] = fromPem(text, 'X509 CRL');
  if (crl === undefined || more.length > 0) throw malformed('CRL: expected one PEM block');
  return crl;
}

function skipSpace(text: string, position: number): number {
  let at = position;
  while (at < text.length && /[\t\n\r ]/.test(text.charAt(at))) at += 1;
  return at;
}
