import { equalBytes } from '../codec/bytes.ts';
import type { Crl } from '../codec/crl.ts';
import { toHex } from '../codec/hex.ts';
import type { Certificate } from '../codec/x509.ts';
import { issuerKey } from '../crypto/certificate-key.ts';
import type { VerifyKey } from '../crypto/types.ts';
import { attempt } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { isIssuedBy, isSameRoot, type Trusted } from './anchor.ts';
import { formProblem } from './certificate-form.ts';
import type { Certification, PlatformStatement } from './certification.ts';
import type { Collateral } from './collateral.ts';
import { pckChain } from './pck-chain.ts';
import { type PckPlatform, parsePckExtension } from './pck-extension.ts';
import { notRevoked } from './revocation.ts';
import type { Window } from './window.ts';

/** A PCK certificate: what it says, and its key when its chain holds. */
export interface Pck {
  readonly certificate: Certificate;
  readonly platform: PckPlatform | undefined;
  readonly key: VerifyKey | undefined;
}

const DEPENDENTS = [
  'form',
  'extension',
  'svn-range',
  'issuer',
  'ca-form',
  'ca-signature',
  'ca-revoked',
  'signature',
  'crl-issuer',
  'revoked',
] as const;

/** Authenticates the PCK certificate: from the quote, or from the caller when the quote has none. */
export async function authenticatePck(
  certification: Certification,
  collateral: Collateral,
  checks: Checklist,
  windows: Window[],
): Promise<Pck | undefined> {
  const chain = pckChain(certification, collateral, checks);
  if (chain === undefined) {
    for (const name of DEPENDENTS) checks.skip(`dcap.pck.${name}`, 'needs the PCK chain');
    return undefined;
  }
  const { leaf, ca, root } = chain;
  for (const { subject, notBefore, notAfter } of [leaf, ca, root]) {
    windows.push({ check: 'dcap.pck.validity', what: subject.attributes.CN ?? 'certificate', notBefore, notAfter });
  }
  const genuine = collateral.anchor === 'intel';
  const problem = formProblem(leaf, 'pck', genuine);
  checks.test('dcap.pck.form', problem === undefined, problem);
  const platform = platformOf(leaf, ca, checks);
  if (platform !== undefined && 'platform' in certification) matchStatement(certification.platform, platform, checks);
  const issuer = await issuingCa(ca, root, collateral, genuine, checks);
  const key = await issuedKey(leaf, issuer, problem === undefined, checks);
  notRevoked('dcap.pck.revoked', leaf, crlFor(issuer, collateral, checks), checks);
  return { certificate: leaf, platform, key };
}

function platformOf(leaf: Certificate, ca: Certificate, checks: Checklist): PckPlatform | undefined {
  const kind = /Platform/.test(ca.subject.attributes.CN ?? '') ? 'Platform' : 'Processor';
  const platform = attempt(() => parsePckExtension(leaf.extensions, kind));
  if ('reason' in platform) {
    checks.fail('dcap.pck.extension', { actual: platform.reason });
    checks.skip('dcap.pck.svn-range', 'needs the SGX extension');
    return undefined;
  }
  checks.pass('dcap.pck.extension');
  checks.test(
    'dcap.pck.svn-range',
    platform.value.componentSvns.every((svn) => svn <= 255),
  );
  return platform.value;
}

/** A given chain must be that of the machine which the quote states. */
function matchStatement(statement: PlatformStatement, platform: PckPlatform, checks: Checklist): void {
  const { cpuSvn, pceSvn, pceId, ppid } = statement;
  const matches =
    equalBytes(cpuSvn, platform.cpuSvn) &&
    pceSvn === platform.pceSvn &&
    (pceId === null || equalBytes(pceId, platform.pceId)) &&
    (ppid === null || equalBytes(ppid, platform.ppid));
  const show = (of: { cpuSvn: Uint8Array; pceSvn: number; pceId: Uint8Array | null }): string =>
    `CPUSVN ${toHex(of.cpuSvn)}, PCESVN ${of.pceSvn}, PCEID ${of.pceId === null ? 'not stated' : toHex(of.pceId)}`;
  checks.test('dcap.pck.matches-quote', matches, { expected: show(statement), actual: show(platform) });
}

/** The CA that issued the PCK certificate, when it hangs from the collateral's root. */
async function issuingCa(
  ca: Certificate,
  root: Certificate,
  collateral: Collateral,
  genuine: boolean,
  checks: Checklist,
): Promise<Trusted | undefined> {
  const { root: anchor, pckCa, rootCrl } = collateral;
  const problem = formProblem(ca, 'pck-ca', genuine);
  checks.test('dcap.pck.ca-form', problem === undefined, problem);
  notRevoked('dcap.pck.ca-revoked', ca, rootCrl, checks);
  if (anchor === undefined) {
    for (const name of ['issuer', 'ca-signature']) checks.skip(`dcap.pck.${name}`, 'needs a trusted root');
    return undefined;
  }
  if (!checks.test('dcap.pck.issuer', await isSameRoot(root, anchor, genuine))) {
    checks.skip('dcap.pck.ca-signature', 'the chain ends in another root');
    return undefined;
  }
  // The very certificate that the collateral's chain holds was checked there.
  if (pckCa !== undefined && equalBytes(ca.raw, pckCa.certificate.raw)) {
    checks.pass('dcap.pck.ca-signature');
    return pckCa;
  }
  const key = await issuerKey(ca.publicKey, 'ecdsa-sha256');
  const issued = await isIssuedBy(ca, anchor);
  checks.test('dcap.pck.ca-signature', issued && key !== undefined);
  return issued && key !== undefined && problem === undefined ? { certificate: ca, key } : undefined;
}

async function issuedKey(
  leaf: Certificate,
  ca: Trusted | undefined,
  sound: boolean,
  checks: Checklist,
): Promise<VerifyKey | undefined> {
  if (ca === undefined) {
    checks.skip('dcap.pck.signature', 'needs a trusted PCK CA');
    return undefined;
  }
  const key = await issuerKey(leaf.publicKey, 'ecdsa-sha256');
  const issued = await isIssuedBy(leaf, ca);
  checks.test('dcap.pck.signature', issued && key !== undefined);
  return issued && sound ? key : undefined;
}

/** The PCK CRL, when the very CA of the certificate issued it: a list of another CA says nothing about it. */
function crlFor(ca: Trusted | undefined, { pckCrl, pckCa }: Collateral, checks: Checklist): Crl | undefined {
  if (pckCrl === undefined || pckCa === undefined || ca === undefined) {
    checks.skip('dcap.pck.crl-issuer', ca === undefined ? 'needs a trusted PCK CA' : 'needs the revocation list');
    return undefined;
  }
  const [own, other] = [ca.certificate, pckCa.certificate];
  const same = equalBytes(own.subject.raw, other.subject.raw) && equalBytes(own.publicKey.raw, other.publicKey.raw);
  checks.test('dcap.pck.crl-issuer', same, {
    expected: own.subject.attributes.CN,
    actual: other.subject.attributes.CN,
  });
  return same ? pckCrl : undefined;
}
