import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { RpcError } from '../rpc-error.ts';
import type { AppRoot } from './app-root.ts';
import type { GuestKey } from './get-key.ts';
import { signLink } from './link.ts';
import { type KeyAlgorithm, publicKeyOf } from './public-key.ts';

const SALT = utf8ToBytes('dstack-guest-v1');

/** `GetKeyRequest` of API v1; what is missing is empty. */
export interface KeyRequestV1 {
  readonly domain?: string;
  readonly algorithm?: string;
}

/**
 * `GetKey` of API v1: domain and algorithm both reach derivation and claim. Throws `RpcError` with what the agent
 * answers to any algorithm but `secp256k1` and `ed25519`: there is no default and no alias.
 */
export function getKeyV1(root: AppRoot, { domain = '', algorithm = '' }: KeyRequestV1): GuestKey {
  const curve = curveOf(algorithm);
  const name = [utf8ToBytes(curve), utf8ToBytes(domain)];
  const key = hkdf(sha256, root.secret, SALT, prefixed(utf8ToBytes('dstack-guest-v1-key'), ...name), 32);
  const publicKey = publicKeyOf(curve, key);
  const claim = prefixed(utf8ToBytes('dstack-guest-v1-key-claim'), ...name, publicKey);
  return { key, publicKey, signatureChain: [signLink(root.secret, claim), root.link] };
}

function curveOf(algorithm: string): KeyAlgorithm {
  if (algorithm === 'secp256k1' || algorithm === 'ed25519') return algorithm;
  const fault = algorithm === '' ? 'algorithm is required' : `unsupported algorithm \`${algorithm}\``;
  throw new RpcError(`${fault}, use \`secp256k1\` or \`ed25519\``);
}

/** Fields, each behind its length of four bytes, big endian: no domain can be taken for another field. */
function prefixed(...fields: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...fields.flatMap((field) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, field.length);
      return [length, field];
    }),
  );
}
