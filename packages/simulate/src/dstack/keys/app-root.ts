import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { deriveSecret } from './derive.ts';
import { signLink } from './link.ts';

/** The key that all keys of an app come from, as the KMS hands it to the app's guest agent. */
export interface AppRoot {
  /** secp256k1 scalar, 32 bytes. Secret. */
  readonly secret: Uint8Array;
  /** The KMS root's word for it: the last link of every signature chain. */
  readonly link: Uint8Array;
}

/** Derives the root key of an app (20 bytes of app id) from the KMS root's scalar and vouches for it. */
export function issueAppRoot(kmsRoot: Uint8Array, appId: Uint8Array): AppRoot {
  const secret = deriveSecret(kmsRoot, concatBytes(appId, utf8ToBytes('app-key')));
  const issued = concatBytes(utf8ToBytes('dstack-kms-issued:'), appId, secp256k1.getPublicKey(secret));
  return { secret, link: signLink(kmsRoot, issued) };
}
