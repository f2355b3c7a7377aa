import { createHash } from 'node:crypto';
import type { Attester } from '@assay/attest';
import { fromPem } from '@assay/verify/codec';
import { evidenceExtensions, noCertificate } from './evidence-extensions.ts';
import { checkNames, newP256Keys, selfSign, spkiOf } from './self-signed.ts';

/** A key and a certificate, as TLS serves them. */
export interface ServedCertificate {
  /** PEM. A secret: it is for `serveApp`, and never written anywhere. */
  readonly key: string;
  /** PEM: the leaf, then its chain. */
  readonly certificate: string;
  /** SHA-256 of the leaf's DER SubjectPublicKeyInfo, lower-case hex. */
  readonly spkiSha256: string;
  readonly notAfter: Date;
}

/** What a self-made certificate is made from. */
export interface RaTlsOptions {
  readonly attester: Attester;
  readonly clock: () => Date;
  /** DNS names and addresses that clients reach the service by. */
  readonly names: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** A certificate lives for a day: whoever steals its key has no longer. */
export const RA_TLS_LIFE_MS = 86_400_000;
/** Clients' clocks may be behind. */
const SKEW_MS = 300_000;
/** The largest certificate that verifiers read, in bytes of DER. */
const MAX_CERTIFICATE = 16_384;
const TAG = 'ratls-cert:';

/**
 * Makes a key and a certificate that carries evidence about that key: report data are SHA-512("ratls-cert:" ‖ SPKI), as
 * the profile `ratls-cert` reads them. Throws `usage` where evidence has no report data or no place in certificates, and
 * what the attester throws.
 *
 * @example
 * const tls = await makeRaTlsCertificate({ attester, clock: () => new Date(), names: ['app.example'] });
 * await serveApp(app, { place, log, tls });
 */
export async function makeRaTlsCertificate(options: RaTlsOptions): Promise<ServedCertificate> {
  const { attester, clock, names, signal } = options;
  checkNames(names);
  if (attester.name === 'confidential-space') throw noCertificate('a token of Confidential Space has no report data');
  const keys = await newP256Keys();
  const spki = await spkiOf(keys);
  const reportData = new Uint8Array(createHash('sha512').update(TAG).update(spki).digest());
  const envelope = await attester.evidence({ reportData, signal });
  const extensions = evidenceExtensions(envelope);
  const now = clock().getTime();
  const notAfter = new Date(now + RA_TLS_LIFE_MS);
  const made = await selfSign(keys, { names, notBefore: new Date(now - SKEW_MS), notAfter, extensions });
  expectReadable(made.certificate);
  return { ...made, spkiSha256: createHash('sha256').update(spki).digest('hex'), notAfter };
}

function expectReadable(certificate: string): void {
  const length = fromPem(certificate, 'CERTIFICATE')[0]?.length ?? 0;
  if (length <= MAX_CERTIFICATE) return;
  throw noCertificate(`the certificate would have ${length} bytes, verifiers read ${MAX_CERTIFICATE}`);
}
