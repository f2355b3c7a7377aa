import { equalBytes } from '../codec/bytes.ts';
import type { Crl } from '../codec/crl.ts';
import { authorityKeyIdOf, EXTENSION, subjectKeyIdOf, unknownCritical } from '../codec/extensions.ts';
import { showName } from '../codec/name.ts';
import type { Certificate } from '../codec/x509.ts';
import { attempt } from '../errors.ts';
import { type Finding, sameName } from './chain.ts';

/** What the list says of itself: the ARK's name and key, and that it leaves nothing out (RFC 5280 section 5.2). */
export function wrongCrlIssuer(crl: Crl, ark: Certificate): Finding {
  if (!sameName(crl.issuer, ark.subject)) return { expected: showName(ark.subject), actual: showName(crl.issuer) };
  const { extensions } = crl;
  const partial = [EXTENSION.deltaCrlIndicator, EXTENSION.issuingDistributionPoint].find((oid) => extensions.has(oid));
  const [unknown] = unknownCritical(extensions, []);
  if (partial !== undefined || unknown !== undefined) return { actual: `extension ${partial ?? unknown}` };
  const ids = attempt(() => [authorityKeyIdOf(extensions), subjectKeyIdOf(ark.extensions)] as const);
  if ('reason' in ids) return { actual: ids.reason };
  const [authority, subject] = ids.value;
  const matches = authority === undefined || subject === undefined || equalBytes(authority, subject);
  return matches ? undefined : { expected: "the ARK's key identifier", actual: 'another' };
}

/**
 * The first revoked certificate of a chain. AMD lists ASKs and ASVKs; leaves are looked up too, though AMD
 * gives all of them the serial number 0.
 */
export function revokedOf(crl: Crl, certificates: readonly Certificate[]): Finding {
  const revoked = certificates.find(({ serial }) => crl.revoked.has(serial));
  return revoked && { actual: `${showName(revoked.subject)}, serial ${revoked.serial || '0'}` };
}
