import { utf8 } from '@assay/verify/codec';
import { usage } from '../failure.ts';

/** In bytes: with its label it fits into the 1,024 that HKDF takes. */
const MAX_PURPOSE = 512;

/** The purpose of a key, 1 to 512 bytes of UTF-8. Throws `usage` for any other. */
export function checkedPurpose(purpose: string): string {
  // Halves of surrogate pairs all have the same UTF-8: two purposes would have one key.
  const length = typeof purpose === 'string' && purpose.isWellFormed() ? utf8(purpose).length : 0;
  if (length >= 1 && length <= MAX_PURPOSE) return purpose;
  throw usage(`purpose: expected well-formed text of 1 to ${MAX_PURPOSE} bytes`, 'purpose');
}
