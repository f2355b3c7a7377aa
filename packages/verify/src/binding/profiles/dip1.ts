import { toBase64Url } from '../../codec/base64.ts';
import { utf8 } from '../../codec/text.ts';
import { type Profile, padded } from './expectation.ts';

const LABELS = { ed25519: 'dip1::ed25519-pk:', secp256k1: 'dip1::secp256k1c-pk:' } as const;

/**
 * `dip1`: the text `dip1::ed25519-pk:` or `dip1::secp256k1c-pk:` with the app key in base64url, followed by zeros.
 *
 * Proves that the app or its guest agent vouches for the key: whoever may ask for raw report data can make this text.
 * All instances of an app share the key. It proves no freshness: check a signature over your own challenge.
 */
export const dip1: Profile = ({ appKey }) => {
  if (appKey === undefined) return { missing: 'subject.appKey was not given' };
  return { reportData: padded(utf8(LABELS[appKey.algorithm] + toBase64Url(appKey.publicKey))) };
};
