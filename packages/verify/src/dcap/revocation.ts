import { equalBytes } from '../codec/bytes.ts';
import { type Crl, parseCrl } from '../codec/crl.ts';
import { authorityKeyIdOf, EXTENSION, subjectKeyIdOf, unknownCritical } from '../codec/extensions.ts';
import { fromCrlFile } from '../codec/pem.ts';
import type { Certificate } from '../codec/x509.ts';
import { isSignedBy } from '../crypto/certificate-key.ts';
import { attempt } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { Trusted } from './anchor.ts';
import type { Window } from './window.ts';

/** Checks one revocation list in full but for its dates. Undefined unless every check passed. */
export async function authenticateCrl(
  name: 'root-crl' | 'pck-crl',
  file: Uint8Array | undefined,
  issuer: Trusted | undefined,
  checks: Checklist,
  windows: Window[],
): Promise<Crl | undefined> {
  const id = (what: string): string => `dcap.${name}.${what}`;
  const crl = parsed(id('form'), file, checks);
  if (crl === undefined) return undefined;
  const complete = attempt(() => extensionProblem(crl));
  const problem = 'reason' in complete ? complete.reason : complete.value;
  const extended = checks.test(id('extensions'), problem === undefined, { actual: problem });
  if (issuer === undefined) {
    checks.skip(id('issuer'), 'needs the issuer chain');
    checks.skip(id('signature'), 'needs the issuer chain');
    return undefined;
  }
  const named = checks.test(id('issuer'), isIssuedBy(crl, issuer.certificate), {
    expected: issuer.certificate.subject.attributes.CN,
    actual: crl.issuer.attributes.CN,
  });
  const signed = checks.test(id('signature'), await isSignedBy(crl, issuer.key));
  if (!extended || !named || !signed) return undefined;
  windows.push({ check: id('validity'), what: 'CRL', notBefore: crl.thisUpdate, notAfter: crl.nextUpdate });
  return crl;
}

/** Records whether a certificate stands on a revocation list; without either the check is skipped. */
export function notRevoked(
  id: string,
  certificate: Certificate | undefined,
  crl: Crl | undefined,
  checks: Checklist,
): void {
  if (certificate === undefined) checks.skip(id, 'needs the certificate');
  else if (crl === undefined) checks.skip(id, 'needs the revocation list');
  else checks.test(id, !crl.revoked.has(certificate.serial), { actual: `serial ${certificate.serial}` });
}

function parsed(id: string, file: Uint8Array | undefined, checks: Checklist): Crl | undefined {
  if (file === undefined) {
    checks.fail(id, { actual: 'missing' });
    return undefined;
  }
  const crl = attempt(() => parseCrl(fromCrlFile(file)));
  if ('reason' in crl) {
    checks.fail(id, { actual: crl.reason });
    return undefined;
  }
  checks.pass(id);
  return crl.value;
}

function extensionProblem({ extensions, number }: Crl): string | undefined {
  if (number === undefined) return 'CRL number is missing';
  if (authorityKeyIdOf(extensions) === undefined) return 'authority key identifier is missing';
  if (extensions.has(EXTENSION.deltaCrlIndicator)) return 'is a delta CRL';
  if (extensions.has(EXTENSION.issuingDistributionPoint)) return 'is an indirect or partial CRL';
  const critical = unknownCritical(extensions, []);
  return critical.length > 0 ? `unknown critical extension ${critical[0]}` : undefined;
}

/** By name and key id; a CRL without a key id fails the check of its extensions. */
function isIssuedBy(crl: Crl, issuer: Certificate): boolean {
  const ids = attempt(() => [authorityKeyIdOf(crl.extensions), subjectKeyIdOf(issuer.extensions)] as const);
  if ('reason' in ids) return false;
  const [authority, subject] = ids.value;
  const named = equalBytes(crl.issuer.raw, issuer.subject.raw);
  return named && (authority === undefined || (subject !== undefined && equalBytes(authority, subject)));
}
