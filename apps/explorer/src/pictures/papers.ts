import { AssayError, Checklist, type RawEndorsements } from '@assay/verify';
import {
  type Certificate,
  equalBytes,
  fromBase64,
  fromCertificateChain,
  fromCrlFile,
  fromIso,
  type JsonObject,
  parseCertificate,
  parseCrl,
  parseJsonObject,
  type UnixSeconds,
} from '@assay/verify/codec';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import type { Judged } from '../judging/judge.ts';
import { visible } from '../view/visible.ts';

/** Something signed that a verdict rests on. */
export interface Paper {
  readonly title: string;
  readonly kind: 'root' | 'certificate' | 'list' | 'document' | 'evidence';
  /** Index of the paper whose key signed it; undefined for roots and for what names no signer here. */
  readonly signer: number | undefined;
  /** Undefined where it has no dates. */
  readonly validity: { readonly from: UnixSeconds; readonly until: UnixSeconds } | undefined;
}

/** Everything that a verdict rests on, signers first. What does not parse is left out: its check says why. */
export function papersOf(judged: Judged): readonly Paper[] {
  const certificates = ordered(unique(certificatesIn(judged)));
  const papers: Paper[] = certificates.map((certificate) => paperOf(certificate, certificates));
  const bySubject = (pattern: RegExp): number | undefined => {
    const index = papers.findIndex(({ title }) => pattern.test(title));
    return index < 0 ? undefined : index;
  };
  const { dcap, snp } = restedOn(judged);
  const add = (title: string, kind: Paper['kind'], signer: RegExp, validity: () => Paper['validity']): void => {
    const found = attempt(validity);
    if (found !== 'malformed') papers.push({ title, kind, signer: bySubject(signer), validity: found });
  };
  const { tcbInfo, qeIdentity, rootCaCrl, pckCrl } = dcap ?? {};
  if (tcbInfo !== undefined) add('TCB info', 'document', /TCB Signing/i, () => documentDates(tcbInfo, 'tcbInfo'));
  if (qeIdentity !== undefined) {
    add('QE identity', 'document', /TCB Signing/i, () => documentDates(qeIdentity, 'enclaveIdentity'));
  }
  if (rootCaCrl) add('Root revocation list', 'list', /Root CA/i, () => listDates(rootCaCrl));
  if (pckCrl) add('PCK revocation list', 'list', /PCK (?:Platform|Processor) CA/i, () => listDates(pckCrl));
  if (snp?.crl) add('Revocation list', 'list', /^ARK/i, () => listDates(snp.crl ?? new Uint8Array()));
  const leaf = judged.verdict.tee === 'confidential-space' ? /./ : /PCK Certificate|^SEV-V/i;
  if (judged.verdict.tee !== null && judged.evidence) add(titleOf(judged), 'evidence', leaf, () => tokenDates(judged));
  return judged.verdict.tee === 'confidential-space' ? leafSigned(papers) : papers;
}

/** A token is signed by the certificate that signs no other. */
function leafSigned(papers: readonly Paper[]): readonly Paper[] {
  const signers = new Set(papers.filter(({ kind }) => kind !== 'evidence').map(({ signer }) => signer));
  const leaf = papers.findIndex(({ kind }, index) => kind === 'certificate' && !signers.has(index));
  return papers.map((paper) => (paper.kind === 'evidence' ? { ...paper, signer: leaf < 0 ? undefined : leaf } : paper));
}

function titleOf({ verdict }: Judged): string {
  if (verdict.tee === 'snp') return 'This report';
  return verdict.tee === 'confidential-space' ? 'This token' : 'Quoting enclave and this quote';
}

/** The endorsements that count for this TEE: others, which nobody looked at, could show a root of anyone's. */
function restedOn({ endorsements: { dcap, snp }, verdict: { tee } }: Judged): Pick<RawEndorsements, 'dcap' | 'snp'> {
  if (tee === 'snp') return { snp };
  return tee === 'sgx' || tee === 'tdx' ? { dcap } : {};
}

function certificatesIn(judged: Judged): readonly Certificate[] {
  const { evidence, verdict } = judged;
  const { dcap, snp } = restedOn(judged);
  const chains = [
    dcap?.tcbSignChain,
    dcap?.qeIdentitySignChain,
    dcap?.pckCrlIssuerChain,
    dcap?.pckCertChain,
    evidence && quotedChain(evidence.evidence),
    snp?.ark,
    snp?.ask,
    snp?.vek,
  ];
  const tokens = verdict.tee === 'confidential-space' && evidence ? tokenChain(evidence.evidence) : [];
  return [
    ...chains.flatMap((chain) => (chain ? parsed(() => fromCertificateChain(chain)) : [])),
    ...parsed(() => tokens),
  ];
}

function parsed(chain: () => readonly Uint8Array[]): readonly Certificate[] {
  const found = attempt(() => chain().map(parseCertificate));
  return found === 'malformed' ? [] : found;
}

/** The chain that a quote carries. */
function quotedChain(bytes: Uint8Array): Uint8Array | undefined {
  const tee = [sgx, tdx].find((candidate) => candidate.recognises(bytes));
  const certification = tee?.parse(bytes, new Checklist(tee.checks))?.quote.authentication.certification;
  return certification && 'chain' in certification ? certification.chain : undefined;
}

/** The chain in a token's header (`x5c`). */
function tokenChain(bytes: Uint8Array): readonly Uint8Array[] {
  const found = attempt(() => {
    const [head = ''] = new TextDecoder().decode(bytes.subarray(0, 65_536)).split('.');
    const { x5c } = parseJsonObject(atob(head.replaceAll('-', '+').replaceAll('_', '/')), 'header');
    return Array.isArray(x5c) ? x5c.slice(0, 8).map((one) => fromBase64(String(one), 'x5c')) : [];
  });
  return found === 'malformed' ? [] : found;
}

function unique(certificates: readonly Certificate[]): readonly Certificate[] {
  return certificates.filter((one, index) => certificates.findIndex(({ raw }) => equalBytes(raw, one.raw)) === index);
}

const isRoot = ({ issuer, subject }: Certificate): boolean => equalBytes(issuer.raw, subject.raw);

/** Roots, then those they signed, and so on; of what is left nobody here is the signer. */
function ordered(certificates: readonly Certificate[]): readonly Certificate[] {
  const done: Certificate[] = certificates.filter(isRoot);
  for (const signer of done) {
    const signed = certificates.filter((one) => !done.includes(one) && equalBytes(one.issuer.raw, signer.subject.raw));
    done.push(...signed);
  }
  return [...done, ...certificates.filter((one) => !done.includes(one))];
}

function paperOf(certificate: Certificate, all: readonly Certificate[]): Paper {
  const { subject, issuer, notBefore, notAfter } = certificate;
  const signer = all.findIndex((one) => one !== certificate && equalBytes(one.subject.raw, issuer.raw));
  const root = isRoot(certificate);
  return {
    title: visible(subject.attributes.CN ?? subject.attributes.O ?? 'certificate without a name', 120),
    kind: root ? 'root' : 'certificate',
    // A signer stands before what it signed: of two that name each other neither does.
    signer: root || signer < 0 || signer > all.indexOf(certificate) ? undefined : signer,
    validity: { from: notBefore, until: notAfter },
  };
}

function documentDates(text: string, member: string): Paper['validity'] {
  const document = parseJsonObject(text, member)[member] as JsonObject | undefined;
  return { from: fromIso(String(document?.issueDate)), until: fromIso(String(document?.nextUpdate)) };
}

function listDates(bytes: Uint8Array): Paper['validity'] {
  const { thisUpdate, nextUpdate } = parseCrl(fromCrlFile(bytes));
  return { from: thisUpdate, until: nextUpdate };
}

function tokenDates({ verdict }: Judged): Paper['validity'] {
  const payload = verdict.claims?.evidence?.payload as JsonObject | undefined;
  const { iat, exp } = payload ?? {};
  return typeof iat === 'number' && typeof exp === 'number' ? { from: iat, until: exp } : undefined;
}

function attempt<T>(parse: () => T): T | 'malformed' {
  try {
    return parse();
  } catch (error) {
    if (error instanceof AssayError || error instanceof DOMException) return 'malformed';
    throw error;
  }
}
