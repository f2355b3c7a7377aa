import type { UnixSeconds } from '../codec/time.ts';
import type { RsaKey } from './rsa-key.ts';

/** Whose key signed a token, as far as that is known. */
export interface Signer {
  /** Whose word the key rests on: Google's pinned root, or the caller (a root or a key set). Undefined: nobody's. */
  readonly anchor: 'google' | 'caller' | undefined;
  /** Undefined when no key was found. */
  readonly key: RsaKey | undefined;
  /** When all certificates are valid at once; null where there are none. */
  readonly validity: { readonly notBefore: UnixSeconds; readonly notAfter: UnixSeconds } | null;
}
