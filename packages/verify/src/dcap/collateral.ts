import type { Crl } from '../codec/crl.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import type { Certificate } from '../codec/x509.ts';
import { issuerKey } from '../crypto/certificate-key.ts';
import type { DcapCollateral } from '../endorsements/raw.ts';
import { attempt } from '../errors.ts';
import type { Trust } from '../tee.ts';
import type { Check } from '../verdict/check.ts';
import { Checklist } from '../verdict/checklist.ts';
import { type Anchor, anchorOf, authenticateRoot, isIssuedBy, isSameRoot, type Trusted } from './anchor.ts';
import { formProblem } from './certificate-form.ts';
import { sortChain } from './certification.ts';
import { dcapChecks } from './checks.ts';
import { authenticateDocuments, type Documents } from './documents.ts';
import { authenticateCrl, notRevoked } from './revocation.ts';
import type { Window } from './window.ts';

const UNSUPPORTED = 'STATUS_UNSUPPORTED_CERT_FORMAT';

/** Collateral after its signatures were checked once. Members are undefined where a check failed. */
export interface Collateral extends Documents {
  /** Every check but those of dates. */
  readonly checks: readonly Check[];
  readonly windows: readonly Window[];
  /** Whose word the anchor is. */
  readonly anchor: Anchor | undefined;
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
  const windows: Window[] = [];
  const signerChain = chainOf('tcb-signer', raw.tcbSignChain, checks, windows);
  const { qeIdentitySignChain: own } = raw;
  const qeChain = own ? chainOf('tcb-signer', own, checks, windows, signerChain?.root) : signerChain;
  const caChain = chainOf('pck-ca', raw.pckCrlIssuerChain, checks, windows, signerChain?.root);
  const ends = [caChain, signerChain].flatMap((chain) => chain?.root ?? []);
  // A chain that ends elsewhere is refused by its own check: it must not decide which root the others are held against.
  const anyRoot = ends.find((end) => anchorOf(end, trust) !== undefined) ?? ends[0];
  const anchor = anyRoot && anchorOf(anyRoot, trust);
  const root = anyRoot && (await authenticateRoot(anyRoot, anchor, checks));
  const signer = await authenticateUnder('tcb-signer', signerChain, root, anchor, checks);
  const qeSigner = own ? await authenticateUnder('tcb-signer', qeChain, root, anchor, checks) : signer;
  const pckCa = await authenticateUnder('pck-ca', caChain, root, anchor, checks);
  const rootCrl = await authenticateCrl('root-crl', raw.rootCaCrl, root, checks, windows);
  const pckCrl = await authenticateCrl('pck-crl', raw.pckCrl, pckCa, checks, windows);
  notRevoked('dcap.tcb-signer.revoked', signerChain?.member, rootCrl, checks);
  if (own) notRevoked('dcap.tcb-signer.revoked', qeChain?.member, rootCrl, checks);
  notRevoked('dcap.pck-ca.revoked', caChain?.member, rootCrl, checks);
  const { tcbInfo, qeIdentity } = await authenticateDocuments(
    raw,
    { tcbInfo: signer?.key, qeIdentity: qeSigner?.key },
    checks,
    windows,
  );
  const givenPckChain = raw.pckCertChain;
  return { tcbInfo, qeIdentity, anchor, root, pckCa, rootCrl, pckCrl, windows, checks: checks.checks, givenPckChain };
}

/** A chain of two: a certificate and the root. */
interface ShortChain {
  readonly member: Certificate;
  readonly root: Certificate;
}

function chainOf(
  name: 'tcb-signer' | 'pck-ca',
  file: Uint8Array | undefined,
  checks: Checklist,
  windows: Window[],
  known?: Certificate,
): ShortChain | undefined {
  const id = `dcap.${name}.present`;
  if (file === undefined) {
    checks.fail(id, { actual: 'missing' });
    return undefined;
  }
  const chain = attempt(() => sortChain(fromCertificateChain(file), known && [known]));
  if ('reason' in chain) {
    checks.fail(id, { actual: chain.reason, intelStatus: UNSUPPORTED });
    return undefined;
  }
  const { root, ca, leaf, count } = chain.value;
  const member = name === 'tcb-signer' ? leaf : ca;
  if (count !== 2 || root === undefined || member === undefined) {
    const intelStatus = count === 2 ? (root ? undefined : 'STATUS_SGX_ROOT_CA_MISSING') : UNSUPPORTED;
    checks.fail(id, { expected: 'two certificates', actual: `${count} certificates`, intelStatus });
    return undefined;
  }
  checks.pass(id);
  for (const { notBefore, notAfter, subject } of [member, root]) {
    const what = subject.attributes.CN ?? 'certificate';
    windows.push({ check: `dcap.${name}.validity`, what, notBefore, notAfter });
  }
  return { member, root };
}

async function authenticateUnder(
  role: 'tcb-signer' | 'pck-ca',
  chain: ShortChain | undefined,
  root: Trusted | undefined,
  anchor: Anchor | undefined,
  checks: Checklist,
): Promise<Trusted | undefined> {
  if (chain === undefined) {
    for (const what of ['form', 'trusted', 'signature']) checks.skip(`dcap.${role}.${what}`, 'needs the chain');
    return undefined;
  }
  const { member } = chain;
  const problem = formProblem(member, role, anchor === 'intel');
  checks.test(`dcap.${role}.form`, problem === undefined, problem);
  if (root === undefined) {
    for (const what of ['trusted', 'signature']) checks.skip(`dcap.${role}.${what}`, 'needs a trusted root');
    return undefined;
  }
  const anchored = await isSameRoot(chain.root, root, anchor === 'intel');
  if (!checks.test(`dcap.${role}.trusted`, anchored)) {
    checks.skip(`dcap.${role}.signature`, 'the chain ends in another root');
    return undefined;
  }
  const key = await issuerKey(member.publicKey, 'ecdsa-sha256');
  const issued = checks.test(`dcap.${role}.signature`, key !== undefined && (await isIssuedBy(member, root)));
  return problem === undefined && issued && key ? { certificate: member, key } : undefined;
}
