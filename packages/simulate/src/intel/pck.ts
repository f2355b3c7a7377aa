import { bytesToHex } from '@noble/hashes/utils.js';
import { createP256Key, type P256Key } from '../p256-key.ts';
import { type Authority, pckCrlUrl } from './authority.ts';
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
import { COMMON_NAMES, intelName } from './name.ts';
import { definePlatform, type Platform, type PlatformOptions } from './platform.ts';
import { type SgxEntries, sgxExtension } from './sgx-extension.ts';
import type { IntelVendor } from './vendor.ts';

/** A platform's provisioning certification key with its certificate. */
export interface Pck {
  readonly platform: Platform;
  readonly key: P256Key;
  readonly certificate: Certificate;
  /** The CA that issued it. */
  readonly issuer: Authority;
  /** Leaf, intermediate, root: the chain that quotes carry. */
  readonly chain: readonly [Certificate, Certificate, Certificate];
}

/** Changes to a PCK certificate on its way out. */
export interface PckEdits extends CertificateEdits {
  /** Changes the entries of the SGX extension, DER by arc. */
  readonly sgxEntries?: (entries: SgxEntries) => SgxEntries;
}

/** Issues a platform's PCK certificate. */
export async function issuePck(vendor: IntelVendor, options: PlatformOptions = {}, edits: PckEdits = {}): Promise<Pck> {
  const { entropy, authorities, organisation } = vendor;
  const platform = definePlatform(entropy, options);
  const issuer = authorities[platform.ca];
  // A platform has another PCK at every TCB level.
  const { ca, fmspc, pceId, ppid, components, pceSvn } = platform;
  const label = ['intel/pck', ca, fmspc, pceId, bytesToHex(ppid), components.join('.'), pceSvn].join('/');
  const key = createP256Key(entropy, `${label}/key`);
  const certificate = await issueCertificate(
    issuer.key,
    {
      ...CERTIFICATE_DEFAULTS,
      serial: entropy.bytes(`${label}/serial`, 20),
      issuer: issuer.certificate.subject,
      subject: intelName(COMMON_NAMES.pck, organisation),
      spki: key.spki,
      extensions: [
        authorityKeyId(issuer.keyId),
        crlDistributionPoint(pckCrlUrl(vendor, ca)),
        subjectKeyId(keyIdentifier(key)),
        keyUsage(KEY_USAGE.signer),
        basicConstraints(null),
        sgxExtension(platform, edits.sgxEntries),
      ],
    },
    edits,
  );
  return {
    platform,
    key,
    certificate,
    issuer,
    chain: [certificate, issuer.certificate, authorities.root.certificate],
  };
}
