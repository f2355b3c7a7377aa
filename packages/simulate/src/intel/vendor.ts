import { createEntropy, type Entropy, type EntropySource } from '../entropy.ts';
import { type Authorities, certify, createAuthorities, type Issuance, type Role } from './authority.ts';
import type { CertificateEdits } from './certificate.ts';
import { type CrlOptions, issueCrlOf } from './crl.ts';

/** How to make a test vendor: a seed or a source of randomness, and the time its documents are issued for. */
export type IntelVendorOptions = EntropySource & {
  readonly now: Date;
  /** Where its certificates say that CRLs are; the default resolves nowhere. */
  readonly baseUrl?: string;
};

/** A vendor that stands in for Intel: the same hierarchy and documents, under a root that only tests know. */
export interface IntelVendor extends Issuance {
  readonly entropy: Entropy;
  /** The instant its documents are current at. */
  readonly now: Date;
  readonly authorities: Authorities;
  /** The trust anchor for `--root-ca`. */
  readonly rootPem: string;
}

/**
 * Makes a test vendor. Every name in its certificates says SIMULATED, or SIMULATED SEEDED when its keys are no secret.
 *
 * @example
 * const vendor = await createIntelVendor({ seed: 'my tests', now: new Date() });
 * const { evidence, collateral, rootPem } = await makeExhibit(vendor, { quote: { body: 'td10' } });
 */
export async function createIntelVendor(options: IntelVendorOptions): Promise<IntelVendor> {
  if (Number.isNaN(options.now.getTime())) throw new Error('now: expected a valid date');
  return vendorOf(createEntropy(options), options.now, options.baseUrl ?? 'https://simulated.invalid');
}

/** A vendor with the same names and other keys: whoever trusts the first one must refuse all that this one issues. */
export function createImpostor({ entropy, now, baseUrl }: IntelVendor): Promise<IntelVendor> {
  const bytes: Entropy['bytes'] = (label, length) => entropy.bytes(`impostor/${label}`, length);
  return vendorOf({ seeded: entropy.seeded, bytes }, now, baseUrl);
}

async function vendorOf(entropy: Entropy, now: Date, baseUrl: string): Promise<IntelVendor> {
  const issuance = { organisation: entropy.seeded ? 'SIMULATED SEEDED' : 'SIMULATED', baseUrl };
  const authorities = await createAuthorities(entropy, issuance);
  return { ...issuance, entropy, now, authorities, rootPem: authorities.root.certificate.pem };
}

/** The same vendor with one authority's certificate issued anew and changed; its keys and its trust anchor stay. */
export async function reissueAuthority(vendor: IntelVendor, role: Role, edits: CertificateEdits): Promise<IntelVendor> {
  const { root, [role]: authority } = vendor.authorities;
  const changed = await certify(role, authority.key, root.key, vendor, edits);
  return { ...vendor, authorities: { ...vendor.authorities, [role]: changed } };
}

/** A CRL of the root or of a PCK CA, DER: current at the vendor's time, nothing revoked, unless options say otherwise. */
export function issueCrl(
  vendor: IntelVendor,
  ca: 'root' | 'processor' | 'platform',
  options: Partial<CrlOptions> = {},
): Promise<Uint8Array> {
  const { issueDate, nextUpdate } = documentWindow(vendor, ca === 'root' ? 379 : 30);
  return issueCrlOf(vendor.authorities[ca], { thisUpdate: issueDate, nextUpdate, ...options });
}

const DAY = 86_400_000;

/** From the start of the vendor's day (UTC) for a number of days. */
export function documentWindow({ now }: IntelVendor, days = 30): { issueDate: Date; nextUpdate: Date } {
  const start = Math.floor(now.getTime() / DAY) * DAY;
  return { issueDate: new Date(start), nextUpdate: new Date(start + days * DAY) };
}
