import { utf8 } from '../../codec/text.ts';
import { hashOf } from '../../crypto/hash.ts';
import type { HashName } from '../../crypto/types.ts';
import { usage } from '../../errors.ts';
import { type Profile, padded } from './expectation.ts';

const HASHES: Readonly<Record<string, HashName>> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };
/** What agents also offer, and no runtime's cryptography has. */
const REFUSED = ['sha3-256', 'sha3-384', 'sha3-512', 'keccak256', 'keccak384', 'keccak512'];

/**
 * `tappd`: H(prefix ‖ ":" ‖ payload), followed by zeros; H is SHA-512 and the prefix `app-data` unless the caller says
 * otherwise. `raw`: the payload itself, exactly 64 bytes.
 *
 * Proves that a process of the app asked its guest agent to quote this payload. Fresh when the payload starts with the
 * caller's nonce.
 */
export const tappd: Profile = async ({ payload, tappd: request }) => {
  if (payload === undefined || payload.length === 0) return { missing: 'subject.payload was not given, or is empty' };
  const { hashAlgorithm = 'sha512', prefix = 'app-data' } = request ?? {};
  if (hashAlgorithm === 'raw') {
    if (payload.length !== 64) return { refused: `a payload of ${payload.length} bytes; raw needs 64` };
    return { reportData: padded(payload), chosen: payload, how: 'raw' };
  }
  const name = Object.hasOwn(HASHES, hashAlgorithm) ? HASHES[hashAlgorithm] : undefined;
  if (name === undefined) {
    const reason = REFUSED.includes(hashAlgorithm) ? 'not supported' : 'unknown';
    const expected = `${Object.keys(HASHES).join(', ')} or raw`;
    const field = 'subject.tappd.hashAlgorithm';
    throw usage(`${field}: ${hashAlgorithm} is ${reason}, expected ${expected}`, { field, expected });
  }
  const reportData = padded(await hashOf(name, utf8(`${prefix}:`), payload));
  return { reportData, chosen: payload, how: `${hashAlgorithm}, prefix ${prefix}` };
};
