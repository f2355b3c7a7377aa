import type { UnixSeconds } from '../codec/time.ts';
import type { RawEndorsements } from './raw.ts';

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

/** True for a handle, false for endorsements as received. */
export function isHandle(endorsements: RawEndorsements | Endorsements): endorsements is Endorsements {
  return 'family' in endorsements;
}

/** One vendor's handles: what is inside can only be put and read here, and nobody can make one up. */
export interface HandleKind<State> {
  seal(facts: Endorsements, state: State): Endorsements;
  /** Undefined for anything but a handle of this kind. */
  open(handle: Endorsements): State | undefined;
}

/** Makes a kind of handle. A private field, not a WeakMap: handles are many and short-lived where nothing is cached. */
export function handleKind<State>(): HandleKind<State> {
  class Handle implements Endorsements {
    readonly family: EndorsementFamily;
    readonly source: EndorsementSource;
    readonly sound: boolean;
    readonly documents: readonly DatedDocument[];
    readonly validity: Endorsements['validity'];
    readonly #state: State;

    constructor({ family, source, sound, documents, validity }: Endorsements, state: State) {
      this.family = family;
      this.source = source;
      this.sound = sound;
      this.documents = Object.freeze(documents);
      this.validity = Object.freeze(validity);
      this.#state = state;
      Object.freeze(this);
    }

    static open(handle: Endorsements): State | undefined {
      return #state in handle ? handle.#state : undefined;
    }
  }
  return { seal: (facts, state) => new Handle(facts, state), open: Handle.open };
}
