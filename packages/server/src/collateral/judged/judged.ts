import { AssayError, type DatedDocument } from '@assay/verify';
import type { UnixSeconds } from '@assay/verify/codec';
import type { Resource } from '../resource.ts';

/** A document as it came: from a service, or out of an exported set. Nothing in it is trusted. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/** A document that was authenticated, in the form in which it is kept. */
export interface Judged {
  readonly body: Uint8Array;
  /** Headers that go with it, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** What the rollback memory is to know of it. */
  readonly dated: readonly DatedDocument[];
  readonly notBefore: UnixSeconds;
  readonly notAfter: UnixSeconds;
}

/** Why a document is refused. */
export type RefusalReason = 'malformed' | 'not-authentic' | 'another-document' | 'not-valid-now' | 'rolled-back';

/** A document that a service gave, and that is not kept. */
export class CollateralRefusal extends Error {
  override readonly name = 'CollateralRefusal';
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** What judging needs of its surroundings. */
export interface Surroundings {
  /** DER of roots that the operator vouches for, besides the vendors'. */
  readonly roots: readonly Uint8Array[];
  /** Unix seconds. */
  readonly now: UnixSeconds;
  /** A document that this one is held against, authentic and valid. */
  readonly need: (resource: Resource) => Promise<Companion>;
}

/** A document that others are held against. */
export interface Companion {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly notBefore: UnixSeconds;
  readonly notAfter: UnixSeconds;
}

/** Seconds by which a vendor's clock may be ahead: documents are issued when they are asked for. */
export const AHEAD = 60;

/** The time during which all of several windows are open. Throws a refusal where that is not now. */
export function validNow(
  what: string,
  windows: readonly (Pick<Judged, 'notBefore' | 'notAfter'> | null)[],
  now: UnixSeconds,
): Pick<Judged, 'notBefore' | 'notAfter'> {
  const known = windows.filter((window) => window !== null);
  const notBefore = Math.max(...known.map((window) => window.notBefore));
  const notAfter = Math.min(...known.map((window) => window.notAfter));
  if (known.length === windows.length && notBefore <= now + AHEAD && now <= notAfter) return { notBefore, notAfter };
  throw new CollateralRefusal('not-valid-now', `${what}: it, its certificates or lists are not valid now`);
}

/** Runs parsers on a document; what does not parse is refused. */
export function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AssayError) && !(error instanceof URIError)) throw error;
    throw new CollateralRefusal('malformed', `${what}: ${error.message}`, { cause: error });
  }
}
