import { createHmac, hash } from 'node:crypto';
import { toHex, utf8 } from '@assay/verify/codec';

/** Length of a passkey before it is written in hexadecimal, in bytes. */
const LENGTH = 20;

/** Makes passkeys: HMACs that can be told again as long as the secret is there, or random ones. */
export type PasskeyMaker = (userId: string, generation: number) => string;

/** Passkeys of a secret of 32 bytes or more, or out of random bytes; 40 characters of lower-case hex. */
export function passkeyMaker(from: {
  readonly secret?: Uint8Array;
  readonly randomBytes: (length: number) => Uint8Array;
}): PasskeyMaker {
  const { secret, randomBytes } = from;
  if (secret === undefined) return () => toHex(randomBytes(LENGTH));
  return (userId, generation) => {
    // A user's id has no zero byte.
    const mac = createHmac('sha256', secret).update(`assay/tracker-passkey/1\0${userId}\0${generation}`).digest();
    return toHex(mac.subarray(0, LENGTH));
  };
}

/** What the store has of a passkey. Look-ups by digest tell by their time nothing about a passkey. 32 bytes. */
export function passkeyDigest(passkey: string): Uint8Array {
  return hash('sha256', utf8(`assay/tracker-passkey-digest/1\0${passkey}`), 'buffer');
}
