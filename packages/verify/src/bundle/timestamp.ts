import { equalBytes } from '../codec/bytes.ts';
import { childrenOf, contentsOf, expectTag, readWholeDer, TAG } from '../codec/der.ts';
import { octetsOf, oidOf, smallIntegerOf } from '../codec/der-values.ts';
import { EXTENSION } from '../codec/extensions.ts';
import { fromUtf8 } from '../codec/text.ts';
import { type UnixSeconds, utc } from '../codec/time.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { AssayError, attempt, malformed, usage } from '../errors.ts';
import { hashNameOf, isFrom, parseSignedData } from './signed-data.ts';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d{1,9})?Z$/;

/**
 * The time of a time-stamp token (RFC 3161) over the digest by one of the authorities, whose own certificates (DER) the
 * caller pins: undefined when it is about something else, another's, or malformed. Algorithms: RSA or P-256 with SHA-256,
 * P-384 with SHA-384. Throws `usage` for a pinned certificate that cannot stamp.
 */
export async function stampedAt(
  token: Uint8Array,
  digest: Uint8Array,
  authorities: readonly Uint8Array[],
): Promise<UnixSeconds | undefined> {
  for (const authority of authorities) {
    const certificate = stampingCertificate(authority);
    try {
      const time = await timeOf(token, digest, certificate);
      if (time !== undefined) return time;
    } catch (error) {
      if (!(error instanceof AssayError) || error.code !== 'malformed') throw error;
    }
  }
  return undefined;
}

async function timeOf(token: Uint8Array, digest: Uint8Array, authority: Certificate): Promise<UnixSeconds | undefined> {
  const data = parseSignedData(token);
  // The pinned key alone decides: certificates inside the token, and hints which one signed, are not read.
  if (data.contentType !== TST_INFO || !(await isFrom(data, authority))) return undefined;
  const stamp = parseStamp(data.content);
  const holds = equalBytes(stamp.hash, digest) && stamp.time >= authority.notBefore && stamp.time <= authority.notAfter;
  return holds ? stamp.time : undefined;
}

/** TSTInfo (RFC 3161 section 2.4.2): the hash that was stamped, and when. */
function parseStamp(bytes: Uint8Array): { readonly hash: Uint8Array; readonly time: UnixSeconds } {
  const parts = childrenOf(expectTag(readWholeDer(bytes, 'time-stamp'), TAG.sequence, 'time-stamp'), 10);
  if (smallIntegerOf(parts[0], 'time-stamp version') !== 1) throw malformed('time-stamp: not version 1');
  const [algorithm, hash] = childrenOf(expectTag(parts[2], TAG.sequence, 'time-stamp imprint'), 2);
  if (hashNameOf(algorithm, 'time-stamp imprint') !== 'SHA-256') throw malformed('time-stamp: imprint is not SHA-256');
  const text = fromUtf8(contentsOf(expectTag(parts[4], TAG.generalizedTime, 'time-stamp time')), 'time-stamp time');
  const [, year, month, day, hour, minute, second] = (TIME.exec(text) ?? []).map(Number);
  if (year === undefined) throw malformed('time-stamp: malformed time');
  const time = utc(year, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0, 'time-stamp time');
  return { hash: octetsOf(hash, 'time-stamp imprint'), time };
}

/** RFC 3161 section 2.3: the key may only stamp. */
function stampingCertificate(der: Uint8Array): Certificate {
  const certificate = attempt(() => {
    const parsed = parseCertificate(der);
    const usages = parsed.extensions.get(EXTENSION.extendedKeyUsage);
    const list = usages && childrenOf(expectTag(readWholeDer(usages.value, 'usage'), TAG.sequence, 'usage'), 8);
    if (!usages?.critical || list?.length !== 1 || oidOf(list[0], 'usage') !== TIME_STAMPING) {
      throw malformed('not for time-stamping alone');
    }
    return parsed;
  });
  if ('value' in certificate) return certificate.value;
  throw usage(`timestampAuthorities: ${certificate.reason}`, { field: 'timestampAuthorities' });
}
