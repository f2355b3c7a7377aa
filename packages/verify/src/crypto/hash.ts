import { digest } from '#crypto';
import { concatBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { HashName } from './types.ts';

/** The hash of the parts, one after the other. */
export async function hashOf(name: HashName, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return digest(name, concatBytes(...parts));
}

/** SHA-256 of the parts, one after the other, in lower-case hex. */
export async function sha256Hex(...parts: readonly Uint8Array[]): Promise<string> {
  return toHex(await hashOf('SHA-256', ...parts));
}
