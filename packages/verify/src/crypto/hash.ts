import { digest } from '#crypto';
import { concatBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import type { HashName } from './types.ts';

/** The hash of the parts, one after the other. */
export async function hashOf(name: HashName, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return digest(name, concatBytes(...parts));
}

/** The hash of each input: without a promise for each where hashes are made at once. */
export async function hashesOf(name: HashName, inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const hashes = inputs.map((input) => digest(name, input));
  const ready = hashes.filter((hash) => hash instanceof Uint8Array);
  return ready.length === hashes.length ? ready : Promise.all(hashes.map(async (hash) => hash));
}

/** SHA-256 of the parts, one after the other, in lower-case hex. */
export async function sha256Hex(...parts: readonly Uint8Array[]): Promise<string> {
  return toHex(await hashOf('SHA-256', ...parts));
}
