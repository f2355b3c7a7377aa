import type { Entropy } from '../entropy.ts';
import { createP256Key, type P256Key } from '../p256-key.ts';
import {
  CERTIFICATE_DEFAULTS,
  type Certificate,
  type CertificateEdits,
  issueCertificate,
  keyIdentifier,
} from './certificate.ts';
import {
  authorityKeyId,
  basicConstraints,
  crlDistributionPoint,
  KEY_USAGE,
  keyUsage,
  subjectKeyId,
} from './extension.ts';
import { COMMON_NAMES, type DistinguishedName, intelName } from './name.ts';

/** The four keys of Intel's hierarchy that sign certificates, CRLs and documents. */
export type Role = 'root' | 'processor' | 'platform' | 'tcbSigning';

/** A holder of one of those keys. */
export interface Authority {
  readonly role: Role;
  readonly key: P256Key;
  /** Key identifier, 20 bytes; the serial number of its certificate too, as with Intel. */
  readonly keyId: Uint8Array;
  readonly certificate: Certificate;
}

/** The authorities of one vendor. */
export type Authorities = Readonly<Record<Role, Authority>>;

/** What the certificates of a vendor have in common. */
export interface Issuance {
  /** The organisation in every name. */
  readonly organisation: string;
  /** Where certificates say that CRLs are, without a slash at the end. */
  readonly baseUrl: string;
}

/** CAs that may stand below: one for the root, none for the PCK CAs; null for who is no CA. */
const PATH_LENGTHS: Readonly<Record<Role, number | null>> = { root: 1, processor: 0, platform: 0, tcbSigning: null };

/** Makes the four authorities with fresh keys. */
export async function createAuthorities(entropy: Entropy, issuance: Issuance): Promise<Authorities> {
  const key = (role: Role): P256Key => createP256Key(entropy, `intel/${role}/key`);
  const root = key('root');
  const make = (role: Role, own: P256Key): Promise<Authority> => certify(role, own, root, issuance);
  const [rootCa, processor, platform, tcbSigning] = await Promise.all([
    make('root', root),
    make('processor', key('processor')),
    make('platform', key('platform')),
    make('tcbSigning', key('tcbSigning')),
  ]);
  return { root: rootCa, processor, platform, tcbSigning };
}

/** An authority's certificate, issued by the root; edits make it wrong on purpose. */
export async function certify(
  role: Role,
  key: P256Key,
  root: P256Key,
  issuance: Issuance,
  edits: CertificateEdits = {},
): Promise<Authority> {
  const keyId = keyIdentifier(key);
  const name = (of: Role): DistinguishedName => intelName(COMMON_NAMES[of], issuance.organisation);
  const pathLength = PATH_LENGTHS[role];
  const certificate = await issueCertificate(
    root,
    {
      ...CERTIFICATE_DEFAULTS,
      serial: keyId,
      issuer: name('root'),
      subject: name(role),
      spki: key.spki,
      extensions: [
        authorityKeyId(keyIdentifier(root)),
        crlDistributionPoint(rootCrlUrl(issuance)),
        subjectKeyId(keyId),
        keyUsage(pathLength === null ? KEY_USAGE.signer : KEY_USAGE.authority),
        basicConstraints(pathLength),
      ],
    },
    edits,
  );
  return { role, key, keyId, certificate };
}

/** Where the root CA's CRL is. */
export function rootCrlUrl({ baseUrl }: Issuance): string {
  return `${baseUrl}/IntelSGXRootCA.der`;
}

/** Where a PCK CA's CRL is. */
export function pckCrlUrl({ baseUrl }: Issuance, ca: 'processor' | 'platform'): string {
  return `${baseUrl}/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`;
}
