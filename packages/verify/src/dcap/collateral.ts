import { equalBytes } from '../codec/bytes.ts';
import type { Crl } from '../codec/crl.ts';
import { toHex } from '../codec/hex.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { isSignedBy, issuerKey } from '../crypto/certificate-key.ts';
import type { VerifyKey } from '../crypto/types.ts';
import type { DcapCollateral } from '../endorsements/raw.ts';
import { attempt } from '../errors.ts';
import type { Trust } from '../tee.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { formProblem, type Role } from './certificate-form.ts';
import { type Chain, sortChain } from './certification.ts';
import { dcapChecks } from './checks.ts';
import { authenticateDocuments, type Documents } from './documents.ts';
import { INTEL_ROOT_KEY } from './pins.ts';
import { authenticateCrl } from './revocation.ts';
import type { Window } from './window.ts';

/** A certificate whose chain to the anchor was checked, with its key. */
export interface Trusted {
  readonly certificate: Certificate;
  readonly key: VerifyKey;
}

/** Collateral after its signatures were checked once. Members are undefined where a check failed. */
export interface Collateral extends Documents {
  /** Every check but those of dates. */
  readonly checks: readonly Check[];
  readonly windows: readonly Window[];
  /** Whose word the anchor is. */
  readonly anchor: 'intel' | 'caller' | undefined;
  readonly root: Trusted | undefined;
  readonly pckCa: Trusted | undefined;
  readonly rootCrl: Crl | undefined;
  readonly pckCrl: Crl | undefined;
  /** The PCK chain that the caller gave, unchecked. */
  readonly givenPckChain: Uint8Array | undefined;
}

/** Authenticates Intel's collateral: chains, revocation lists, TCB info and QE identity. Dates are judged on each use. */
export async function authenticateCollateral(raw: DcapCollateral, trust: Trust): Promise<Collateral> {
  const checks = new Checklist(dcapChecks);
  const signerChain = chainOf('tcb-signer', raw.tcbSignChain, checks);
  const caChain = chainOf('pck-ca', raw.pckCrlIssuerChain, checks);
  const rootCertificate = signerChain?.root ?? caChain?.root;
  const anchor = rootCertificate && anchorOf(rootCertificate, trust);
  const root = rootCertificate && (await authenticateRoot(rootCertificate, anchor, checks));
  const windows: Window[] = [];
  const signer = await underRoot('tcb-signer', signerChain?.leaf, signerChain?.root, root, anchor, checks);
  const pckCa = await underRoot('pck-ca', caChain?.ca, caChain?.root, root, anchor, checks);
  for (const certificate of [signerChain?.leaf, signerChain?.root]) pushWindow(windows, 'tcb-signer', certificate);
  for (const certificate of [caChain?.ca, caChain?.root]) pushWindow(windows, 'pck-ca', certificate);
  const rootCrl = await authenticateCrl('root-crl', raw.rootCaCrl, root, checks);
  const pckCrl = await authenticateCrl('pck-crl', raw.pckCrl, pckCa, checks);
  for (const [name, crl] of [
    ['root-crl', rootCrl],
    ['pck-crl', pckCrl],
  ] as const) {
    if (crl)
      windows.push({
        check: `dcap.${name}.validity`,
        what: 'CRL',
        notBefore: crl.thisUpdate,
        notAfter: crl.nextUpdate,
      });
  }
  notRevoked('dcap.tcb-signer.revoked', signerChain?.leaf, rootCrl, checks);
  notRevoked('dcap.pck-ca.revoked', caChain?.ca, rootCrl, checks);
  const documents = await authenticateDocuments(raw, signer?.key, checks, windows);
  return {
    ...documents,
    anchor,
    root,
    pckCa,
    rootCrl,
    pckCrl,
    windows,
    checks: checks.checks,
    givenPckChain: raw.pckCertChain,
  };
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

function chainOf(name: 'tcb-signer' | 'pck-ca', file: Uint8Array | undefined, checks: Checklist): Chain | undefined {
  if (file === undefined) {
    checks.fail(`dcap.${name}.present`, { actual: 'missing' });
    return undefined;
  }
  const chain = attempt(() => sortChain(fromCertificateChain(file)));
  if ('reason' in chain) {
    checks.fail(`dcap.${name}.present`, { actual: chain.reason, intelStatus: 'STATUS_UNSUPPORTED_CERT_FORMAT' });
    return undefined;
  }
  const { root, ca, leaf, count } = chain.value;
  const found = root !== undefined && count === 2 && (name === 'tcb-signer' ? leaf : ca) !== undefined;
  checks.test(`dcap.${name}.present`, found, { expected: 'two certificates', actual: `${count} certificates` });
  return found ? chain.value : undefined;
}

/** Whose root it is, by its public key alone: Intel's, the caller's, or nobody's. */
export function anchorOf(root: Certificate, trust: Trust): 'intel' | 'caller' | undefined {
  const { publicKey } = root;
  if (publicKey.kind === 'ec' && toHex(publicKey.point) === INTEL_ROOT_KEY) return 'intel';
  const isCallers = trust.roots.some((der) => {
    const given = attempt(() => parseCertificate(der));
    return 'value' in given && equalBytes(given.value.publicKey.raw, publicKey.raw);
  });
  return isCallers ? 'caller' : undefined;
}

/** True when two root certificates have the same key: Intel re-issued its root with the key it had. */
export function anchoredAlike(a: Certificate, b: Certificate): boolean {
  return equalBytes(a.publicKey.raw, b.publicKey.raw);
}

async function authenticateRoot(
  root: Certificate,
  anchor: Collateral['anchor'],
  checks: Checklist,
): Promise<Trusted | undefined> {
  const problem = formProblem(root, 'root', anchor === 'intel');
  checks.test('dcap.root.form', problem === undefined, { actual: problem });
  const key = await issuerKey(root.publicKey, 'ecdsa-sha256');
  const selfIssued =
    equalBytes(root.issuer.raw, root.subject.raw) && key !== undefined && (await isSignedBy(root, key));
  checks.test('dcap.root.signature', selfIssued);
  checks.test('dcap.root.trusted', anchor !== undefined, { actual: anchor ?? 'a key that nobody vouches for' });
  return problem === undefined && selfIssued && anchor !== undefined && key ? { certificate: root, key } : undefined;
}

async function underRoot(
  role: Role & ('tcb-signer' | 'pck-ca'),
  certificate: Certificate | undefined,
  chainRoot: Certificate | undefined,
  root: Trusted | undefined,
  anchor: Collateral['anchor'],
  checks: Checklist,
): Promise<Trusted | undefined> {
  if (certificate === undefined || chainRoot === undefined) {
    for (const what of ['form', 'signature']) checks.skip(`dcap.${role}.${what}`, 'needs the chain');
    return undefined;
  }
  const problem = formProblem(certificate, role, anchor === 'intel');
  checks.test(`dcap.${role}.form`, problem === undefined, { actual: problem });
  if (root === undefined) {
    checks.skip(`dcap.${role}.signature`, 'needs a trusted root');
    return undefined;
  }
  const key = await issuerKey(certificate.publicKey, 'ecdsa-sha256');
  const sameRoot = anchoredAlike(chainRoot, root.certificate);
  const issued =
    sameRoot &&
    equalBytes(certificate.issuer.raw, root.certificate.subject.raw) &&
    (await isSignedBy(certificate, root.key));
  checks.test(`dcap.${role}.signature`, issued, { actual: sameRoot ? undefined : 'the chain ends in another root' });
  return problem === undefined && issued && key ? { certificate, key } : undefined;
}

function pushWindow(windows: Window[], name: 'tcb-signer' | 'pck-ca', certificate: Certificate | undefined): void {
  if (certificate === undefined) return;
  const { notBefore, notAfter, subject } = certificate;
  windows.push({ check: `dcap.${name}.validity`, what: subject.attributes.CN ?? 'certificate', notBefore, notAfter });
}
