import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { encodeLayout } from '../layout.ts';
import { createP256Key, type P256Key } from '../p256-key.ts';
import { type CertificationData, type CertificationOptions, certificationData } from './certification-data.ts';
import { QE_SIGNERS } from './enclave-identity.ts';
import type { Pck } from './pck.ts';
import type { Platform } from './platform.ts';
import { SGX_REPORT, type SgxReportFields } from './report-layout.ts';
import type { IntelVendor } from './vendor.ts';

/** A quoting enclave with its attestation key, certified once for all the quotes that the key signs. */
export interface QuotingEnclave {
  readonly platform: Platform;
  readonly attestationKey: P256Key;
  /** The enclave's own report, which vouches for the attestation key; 384 bytes. */
  readonly report: Uint8Array;
  /** The PCK's signature over it. */
  readonly signature: Uint8Array;
  readonly authData: Uint8Array;
  readonly certification: CertificationData;
}

/** Which quoting enclave, and what may be wrong with it. */
export interface QuotingEnclaveOptions {
  /** For enclaves, or for TDs. */
  readonly kind: keyof typeof QE_SIGNERS;
  readonly qeReport?: SgxReportFields;
  readonly qeAuthData?: Uint8Array;
  readonly attestationKey?: P256Key;
  /** Signs the QE report instead of the PCK. */
  readonly qeReportSigner?: P256Key;
  readonly certification?: CertificationOptions;
}

/** SVN of the default quoting enclave. */
export const QE_ISV_SVN = 8;

/** Starts a quoting enclave on a platform. */
export async function createQuotingEnclave(
  vendor: IntelVendor,
  pck: Pck,
  options: QuotingEnclaveOptions,
): Promise<QuotingEnclave> {
  const { kind, attestationKey = createAttestationKey(vendor) } = options;
  const authData = options.qeAuthData ?? Uint8Array.from({ length: 32 }, (_, index) => index);
  const report = encodeLayout(SGX_REPORT, {
    cpuSvn: pck.platform.cpuSvn,
    attributes: hexToBytes('1500000000000000e700000000000000'),
    mrEnclave: sha256(utf8ToBytes(`simulated ${kind}`)),
    mrSigner: hexToBytes(QE_SIGNERS[kind]),
    isvProdId: kind === 'TD_QE' ? 2 : 1,
    isvSvn: QE_ISV_SVN,
    reportData: concatBytes(keyBinding(attestationKey, authData), new Uint8Array(32)),
    ...options.qeReport,
  });
  return {
    platform: pck.platform,
    attestationKey,
    report,
    signature: await (options.qeReportSigner ?? pck.key).sign(report),
    authData,
    certification: certificationData(vendor, pck, options.certification ?? { form: 'chain' }),
  };
}

/** An attestation key as the quoting enclave makes them. A seeded vendor has one; give it to many quotes to save time. */
export function createAttestationKey({ entropy }: IntelVendor): P256Key {
  return createP256Key(entropy, 'intel/attestation-key');
}

/** How a QE report vouches for an attestation key: the first 32 bytes of its report data. */
export function keyBinding(attestationKey: P256Key, qeAuthData: Uint8Array): Uint8Array {
  return sha256(concatBytes(attestationKey.point, qeAuthData));
}
