import { equalBytes } from '../codec/bytes.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { isSignedBy, issuerKey } from '../crypto/certificate-key.ts';
import type { VerifyKey } from '../crypto/types.ts';
import { attempt } from '../errors.ts';
import type { Trust } from '../tee.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { formProblem } from './certificate-form.ts';
import { INTEL_ROOT_KEY } from './pins.ts';

/** A certificate whose chain to the anchor was checked, with its key. */
export interface Trusted {
  readonly certificate: Certificate;
  readonly key: VerifyKey;
}

/** Whose word a root is. */
export type Anchor = 'intel' | 'caller';

/** Whose root it is, by its public key alone: Intel's, the caller's, or nobody's. */
export function anchorOf(root: Certificate, trust: Trust): Anchor | undefined {
  const { publicKey } = root;
  if (publicKey.kind === 'ec' && equalBytes(publicKey.point, INTEL_ROOT_KEY)) return 'intel';
  const isCallers = trust.roots.some((der) => {
    const given = attempt(() => parseCertificate(der));
    return 'value' in given && equalBytes(given.value.publicKey.raw, publicKey.raw);
  });
  return isCallers ? 'caller' : undefined;
}

/** Checks a root certificate in full but for its dates. */
export async function authenticateRoot(
  root: Certificate,
  anchor: Anchor | undefined,
  checks: Checklist,
): Promise<Trusted | undefined> {
  const problem = formProblem(root, 'root', anchor === 'intel');
  checks.test('dcap.root.form', problem === undefined, problem);
  const key = await issuerKey(root.publicKey, 'ecdsa-sha256');
  const signed = checks.test('dcap.root.signature', key !== undefined && (await isSelfSigned(root, key)));
  const trusted = checks.test('dcap.root.trusted', anchor !== undefined, {
    actual: anchor ?? 'a key that nobody vouches for',
  });
  return problem === undefined && signed && trusted && key ? { certificate: root, key } : undefined;
}

/**
 * True when another chain ends in the same root: the same certificate, or another sound one for the same key, for Intel
 * re-issued its root with the key it had.
 */
export async function isSameRoot(other: Certificate, root: Trusted, genuine: boolean): Promise<boolean> {
  if (equalBytes(other.raw, root.certificate.raw)) return true;
  if (!equalBytes(other.publicKey.raw, root.certificate.publicKey.raw)) return false;
  return formProblem(other, 'root', genuine) === undefined && (await isSelfSigned(other, root.key));
}

/** True when a CA's key signed the certificate, and the certificate names the CA as its issuer. */
export async function isIssuedBy(certificate: Certificate, ca: Trusted): Promise<boolean> {
  return equalBytes(certificate.issuer.raw, ca.certificate.subject.raw) && (await isSignedBy(certificate, ca.key));
}

async function isSelfSigned(root: Certificate, key: VerifyKey): Promise<boolean> {
  return isIssuedBy(root, { certificate: root, key });
}
