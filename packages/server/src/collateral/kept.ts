import { AHEAD, type Companion, type Judged } from './judged/judged.ts';

/** A document that is kept, with its times in milliseconds since 1970. */
export interface KeptDocument {
  /** Its resource's name. */
  readonly target: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Headers that go with it, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly fetchedAt: number;
  /** When it is asked for anew. */
  readonly refreshAt: number;
  /** From when to when it, its certificates and its lists are all valid. */
  readonly validFrom: number;
  readonly expiresAt: number;
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
/** A document that was asked for so long ago is asked for anew: what was revoked since must become known. */
const LONGEST_MS = DAY;
/** Certificates of platforms and chips do not change, and their services take few requests. */
const LONGEST_OF_CERTIFICATES_MS = 30 * DAY;

/** A document that was judged, with the time of its renewal: after a day, at 80 % of its life, or a day before its end. */
export function keptDocument(target: string, judged: Judged, now: number): KeptDocument {
  const { body, contentType, headers } = judged;
  const [validFrom, expiresAt] = [judged.notBefore * 1000, judged.notAfter * 1000];
  const life = expiresAt - validFrom;
  const isCertificate = contentType !== 'application/pkix-crl' && contentType !== 'application/json';
  const longest = isCertificate ? LONGEST_OF_CERTIFICATES_MS : LONGEST_MS;
  const soonest = now + Math.max(MINUTE, Math.min(HOUR, life / 20));
  const due = Math.min(now + longest, validFrom + life * 0.8, expiresAt - DAY);
  const refreshAt = Math.floor(Math.max(soonest, due));
  return { target, body, contentType, headers, fetchedAt: now, refreshAt, validFrom, expiresAt };
}

/** The document as one that others are held against. */
export function companionOf({ body, headers, validFrom, expiresAt }: KeptDocument): Companion {
  return { body, headers, notBefore: validFrom / 1000, notAfter: expiresAt / 1000 };
}

/** Whether it may be served. */
export function isValid({ validFrom, expiresAt }: KeptDocument, now: number): boolean {
  return validFrom - AHEAD * 1000 <= now && now <= expiresAt;
}
