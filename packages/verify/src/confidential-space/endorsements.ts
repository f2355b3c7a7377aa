import { toHex } from '../codec/hex.ts';
import { MAX_TIME } from '../codec/time.ts';
import { parseCertificate } from '../codec/x509.ts';
import { keyFingerprint } from '../crypto/certificate-key.ts';
import { type Endorsements, handleKind } from '../endorsements/handle.ts';
import type { RawEndorsements } from '../endorsements/raw.ts';
import { attempt, usage } from '../errors.ts';
import type { EndorsementOptions, EndorsementVerifier } from '../tee.ts';
import { type KeySet, readKeySet } from './key-set.ts';

/** What the caller vouches for. Held beside the handle, so that nobody can make up one. */
interface Vouched {
  readonly keys: KeySet;
  /** Hex SHA-256 of the SubjectPublicKeyInfo of each root that the caller gave. */
  readonly roots: ReadonlySet<string>;
}
const handles = handleKind<Vouched>();
const NOTHING: Vouched = { keys: { reason: 'no key set was given' }, roots: new Set() };

/** Reads the key set for OIDC tokens and the caller's roots; PKI tokens under Google's root need neither. */
export const tokenEndorsements: EndorsementVerifier = {
  family: 'confidential-space',
  async authenticate(raw: RawEndorsements, { roots, source }: EndorsementOptions): Promise<Endorsements> {
    const keys = readKeySet(raw.confidentialSpace?.jwks);
    const fingerprints = roots.map(async (der) => {
      const root = attempt(() => parseCertificate(der));
      if (!('value' in root)) throw usage(`roots: ${root.reason}`, { field: 'roots', expected: 'DER certificates' });
      return toHex(await keyFingerprint(root.value.publicKey));
    });
    const sound = 'value' in keys || raw.confidentialSpace?.jwks === undefined;
    // A key set has no dates: it says nothing of when its keys were Google's.
    const validity = sound ? { notBefore: 0, notAfter: MAX_TIME } : null;
    const state = { keys, roots: new Set(await Promise.all(fingerprints)) };
    return handles.seal({ family: 'confidential-space', source, sound, documents: [], validity }, state);
  },
};

/**
 * What the handle stands for: nothing, when it is another family's. Which handle meets which evidence is not up to its
 * sender.
 */
export function vouchedBy(endorsements: Endorsements): Vouched {
  return handles.open(endorsements) ?? NOTHING;
}
