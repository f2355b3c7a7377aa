import { AssayError, authenticate, Checklist, type Claims, type TeeName, type Verdict } from '@assay/verify';
import { type Certificate, fromCertificateChain, type JsonObject, parseCertificate, toIso } from '@assay/verify/codec';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { TEES } from '../tees.ts';
import type { Findings, Sections } from './inspection.ts';

const TITLES: Readonly<Record<TeeName, string>> = {
  sgx: 'Intel SGX quote',
  tdx: 'Intel TDX quote',
  snp: 'AMD SEV-SNP report',
  'confidential-space': 'Google Confidential Space token',
};

/** What a quote, report or token says. */
export async function inspectEvidence(bytes: Uint8Array): Promise<Findings> {
  // Without endorsements nothing can be authenticated; what is wanted is only what was parsed on the way.
  const verdict = await authenticate(bytes, { tees: TEES, now: new Date(0), endorsements: {} });
  const { claims, tee } = verdict;
  return {
    title: titleOf(tee, claims),
    problems: claims === null ? problemsOf(verdict) : [],
    content: claims === null ? {} : { ...claimSections(claims), ...(await certificatesOf(tee, bytes)) },
  };
}

function titleOf(tee: TeeName | null, claims: Claims | null): string {
  const title = tee === null ? 'Unknown evidence' : TITLES[tee];
  const version = claims?.evidence?.version;
  return typeof version === 'number' ? `${title}, version ${version}` : title;
}

function problemsOf({ checks }: Verdict): readonly string[] {
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  return failed.map(({ id, expected, actual }) => {
    const found = actual === undefined ? '' : `: found ${actual}`;
    return `${id}${found}${expected === undefined ? '' : `, expected ${expected}`}`;
  });
}

/** The parsed original, and of the normalised claims what it does not hold. */
function claimSections({ evidence, platform, debug }: Claims): Sections {
  return {
    evidence: { ...evidence, ...(debug !== null && { debug }) },
    ...(Object.keys(platform).length > 0 && { platform }),
  };
}

/** The chain that a quote carries. */
async function certificatesOf(name: TeeName | null, bytes: Uint8Array): Promise<Sections> {
  const tee = name === 'sgx' ? sgx : name === 'tdx' ? tdx : undefined;
  const certification = tee?.parse(bytes, new Checklist(tee.checks))?.quote.authentication.certification;
  if (certification === undefined || !('chain' in certification)) return {};
  try {
    return { certificates: fromCertificateChain(certification.chain).map(parseCertificate).map(describeCertificate) };
  } catch (error) {
    if (error instanceof AssayError) return { certificates: [{ unreadable: error.message }] };
    throw error;
  }
}

/** A certificate in one object: names, serial number and dates. */
export function describeCertificate({ subject, issuer, serial, notBefore, notAfter }: Certificate): JsonObject {
  return {
    subject: subject.attributes.CN ?? '',
    issuer: issuer.attributes.CN ?? '',
    serial,
    notBefore: toIso(notBefore),
    notAfter: toIso(notAfter),
  };
}
