import type { KeyObject } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { verifyBls } from '../bls/verify.ts';
import { type Certificate, parseCertificate, sessionPublicKey } from '../session/certificate.ts';
import { CERTIFICATE_EPOCHS, KEPT_CERTIFICATES } from './limits.ts';
import type { ReceiptCode } from './verdict.ts';

/** A certificate that holds: the session key speaks for the long-term key. */
export interface KnownCertificate {
  readonly content: Certificate;
  /** Ready for use. */
  readonly key: KeyObject;
}

/** Why a certificate does not hold. */
export interface CertificateFault {
  readonly code: ReceiptCode;
  readonly message: string;
}

/** Checks certificates; the signature of each one once. */
export type CertificateChecker = (bytes: Uint8Array, epoch: number) => KnownCertificate | CertificateFault;

/** A checker for the sessions of one tracker. */
export function certificateChecker(tracker: string): CertificateChecker {
  const kept = new Map<string, KnownCertificate>();
  const check = (bytes: Uint8Array): KnownCertificate | CertificateFault => {
    const content = parseCertificate(bytes);
    if (content.tracker !== tracker) {
      return fault(`certificate: for tracker ${content.tracker}, this is ${tracker}; make one for this tracker`);
    }
    if (!verifyBls(content.publicKey, content.signed, content.signature)) {
      return fault('certificate: not signed by the long-term key that it names');
    }
    return { content, key: sessionPublicKey(content.sessionKey) };
  };
  return (bytes, epoch) => {
    const name = Buffer.from(bytes).toString('latin1');
    let known: KnownCertificate | CertificateFault | undefined = kept.get(name);
    if (known === undefined) {
      try {
        known = check(bytes);
      } catch (error) {
        if (!(error instanceof AssayError) || error.code !== 'malformed') throw error;
        return fault(error.message);
      }
      if ('code' in known) return known;
    }
    // The one used longest ago goes first.
    kept.delete(name);
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_CERTIFICATES && oldest !== undefined) kept.delete(oldest);
    kept.set(name, known);
    const { lastEpoch } = known.content;
    if (lastEpoch <= epoch + CERTIFICATE_EPOCHS) return known;
    return fault(
      `certificate: good until epoch ${lastEpoch}; at most ${CERTIFICATE_EPOCHS} epochs from now are allowed`,
    );
  };
}

function fault(message: string): CertificateFault {
  return { code: 'certificate', message };
}
