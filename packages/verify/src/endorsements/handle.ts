import type { UnixSeconds } from '../codec/time.ts';

/** The vendors whose endorsements differ in form. */
export type EndorsementFamily = 'dcap' | 'snp' | 'confidential-space';

/** Who brought the endorsements: only the verifier's own source may advance its rollback memory. */
export type EndorsementSource = 'own' | 'caller' | 'stapled';

/** One dated document, for the rollback memory: `key` names issuer or (FMSPC, TEE, evaluation number). */
export interface DatedDocument {
  readonly key: string;
  readonly issued: UnixSeconds;
}

/** Endorsements whose signatures were checked once: opaque, frozen, good for many quotes. Dates are judged on each use. */
export interface Endorsements {
  readonly family: EndorsementFamily;
  readonly source: EndorsementSource;
  /** True when every check of signatures and form passed: only then may the rollback memory learn from it. */
  readonly sound: boolean;
  readonly documents: readonly DatedDocument[];
  /** When all of them are valid at once (unix seconds); null when one does not parse. */
  readonly validity: { readonly notBefore: UnixSeconds; readonly notAfter: UnixSeconds } | null;
}
