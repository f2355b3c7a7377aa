import { fromBase64, fromHex, type Json } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';

/** Of report data, in bytes. */
const LENGTH = 64;

/** `?report_data=`: 128 hex digits in either case, or 64 zero bytes when it is not there. */
export function fromQueryForm(text: string | undefined): Uint8Array {
  if (text === undefined) return new Uint8Array(LENGTH);
  const bytes = fromHex(text, 'report_data');
  if (bytes.length !== LENGTH) throw wrongLength('report_data', `${LENGTH} bytes (128 hex digits)`, bytes.length);
  return bytes;
}

/**
 * `{"reportData": base64}`: 64 bytes, or 64 zero bytes when it is not there. Fewer are filled with zeros on the right, as
 * callers of this form rely on (a SHA-256 of 32 bytes, for example); the answer names all 64. More are refused: cut, two
 * challenges with the same beginning would share a quote. None at all are refused, too: a challenge was lost.
 */
export function fromBodyForm(value: Json | undefined): Uint8Array {
  const reportData = new Uint8Array(LENGTH);
  if (value === undefined) return reportData;
  if (typeof value !== 'string')
    throw new Problem('bad_request', 'reportData: expected base64', { field: 'reportData' });
  const bytes = fromBase64(value, 'reportData');
  if (bytes.length === 0 || bytes.length > LENGTH)
    throw wrongLength('reportData', `1 to ${LENGTH} bytes`, bytes.length);
  reportData.set(bytes);
  return reportData;
}

function wrongLength(field: string, expected: string, found: number): Problem {
  return new Problem('bad_request', `${field}: expected ${expected}, found ${found}; it is never cut`, { field });
}
