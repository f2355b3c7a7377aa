import { digest } from '#crypto';
import { toHex } from '../codec/hex.ts';

/** SHA-384, which extends registers. */
export async function sha384(bytes: Uint8Array): Promise<Uint8Array> {
  return digest('SHA-384', bytes);
}

/** SHA-256, which dstack names things by. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return digest('SHA-256', bytes);
}

/** SHA-256 in lower-case hex. */
export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return toHex(await sha256(bytes));
}
