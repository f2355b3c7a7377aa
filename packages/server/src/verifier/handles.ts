import { createHash } from 'node:crypto';
import { authenticateEndorsements, type Endorsements, type RawEndorsements, type Tee } from '@assay/verify';
import { endorsementsJson } from '@assay/verify/endorsements';

/** Authenticates endorsements, each set once. */
export interface EndorsementHandles {
  /** What the service fetched itself: the same object is the same set. */
  readonly own: (raw: RawEndorsements, tee: Tee) => Promise<Endorsements>;
  /** What came with a request: told apart by its content. */
  readonly stapled: (raw: RawEndorsements, tee: Tee) => Promise<Endorsements>;
}

/** Sets of strangers that are kept authenticated; the one unused for longest goes first. */
const MOST_STAPLED = 64;

/** Signatures of endorsements cost more than those of evidence, and one set is good for many machines. */
export function createEndorsementHandles(roots: readonly Uint8Array[]): EndorsementHandles {
  const own = new WeakMap<RawEndorsements, Map<string, Promise<Endorsements>>>();
  const stapled = new Map<string, Promise<Endorsements>>();
  return {
    own: (raw, tee) => {
      const byFamily = own.get(raw) ?? new Map<string, Promise<Endorsements>>();
      own.set(raw, byFamily);
      const { family } = tee.endorsements;
      const known = byFamily.get(family) ?? authenticateEndorsements(raw, { tee, roots, source: 'own' });
      byFamily.set(family, known);
      return known;
    },
    stapled: (raw, tee) => {
      const content = JSON.stringify(endorsementsJson(raw));
      const key = createHash('sha256').update(tee.endorsements.family).update('\0').update(content).digest('base64');
      const known = stapled.get(key) ?? authenticateEndorsements(raw, { tee, roots, source: 'stapled' });
      stapled.delete(key);
      stapled.set(key, known);
      const [oldest] = stapled.keys();
      if (stapled.size > MOST_STAPLED && oldest !== undefined) stapled.delete(oldest);
      return known;
    },
  };
}
