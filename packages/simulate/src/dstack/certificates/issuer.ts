import { p256 } from '@noble/curves/nist.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Entropy } from '../../entropy.ts';
import { type Extension, keyUsage } from '../../intel/extension.ts';
import { encodePrivateKey, p256KeyOf } from '../../p256-key.ts';
import { encodePem } from '../../pem.ts';
import { type AppInfo, encodeAppInfo } from '../attestation/app-info.ts';
import type { Api } from '../attestation/attestation.ts';
import type { AttestationContent } from '../attestation/content.ts';
import { deriveSecret } from '../keys/derive.ts';
import type { AppKeys } from '../kms/kms.ts';
import type { Release } from '../release.ts';
import { issueDstackCertificate } from './certificate.ts';
import { evidenceExtensions } from './evidence.ts';
import { alternativeNames, DSTACK_EXTENSION, DSTACK_KEY_USAGE, dstackExtension, tlsUsage } from './extension.ts';
import { type RequestedValidity, validityOf } from './validity.ts';

/** `GetTlsKeyArgs` and `IssueCertRequest`; what is missing is empty, or false. */
export interface CertificateRequest extends RequestedValidity {
  readonly subject?: string;
  /** DNS names and IP addresses. */
  readonly altNames?: readonly string[];
  /** Embeds evidence of the guest that holds the key. */
  readonly usageRaTls?: boolean;
  readonly usageServerAuth?: boolean;
  readonly usageClientAuth?: boolean;
  readonly withAppInfo?: boolean;
}

/** `DeriveKeyArgs` of Tappd. */
export interface DerivedKeyRequest extends Omit<CertificateRequest, 'withAppInfo' | 'notBefore' | 'notAfter'> {
  readonly path?: string;
  /** Another key at each call. */
  readonly randomSeed?: boolean;
}

/** A key with its certificates: `GetTlsKeyResponse`. */
export interface CertifiedKey {
  /** PKCS #8, PEM. Secret. */
  readonly key: string;
  /** PEM: leaf, the app's authority, the root of the KMS. */
  readonly certificateChain: readonly [string, string, string];
}

/** Where an app's certificates come from. */
export interface CertificateIssuer {
  /** `GetTlsKey` (v0) and `IssueCert` (v1): another key at each call. Throws `RpcError` for bad requests. */
  issue(api: Api, request: CertificateRequest): Promise<CertifiedKey>;
  /** Tappd's `DeriveKey`: the key of a path. */
  derive(request: DerivedKeyRequest): Promise<CertifiedKey>;
  /** The chain that `Info` shows, leaf first; nobody has its key. */
  demo(): Promise<CertifiedKey['certificateChain']>;
}

/** Who asked for a certificate. */
type Purpose = 'issued' | 'derived' | 'demo';

/** What an issuer builds on. */
export interface CertificateIssuerOptions {
  readonly app: AppKeys;
  readonly entropy: Entropy;
  readonly now: () => Date;
  /** Evidence of the guest, with these 64 bytes of report data. */
  readonly attest: (reportData: Uint8Array) => Promise<AttestationContent>;
  readonly release: Release;
  readonly appInfo: () => AppInfo;
}

/** Makes the part of a guest agent that gets certificates from the KMS. */
export function createCertificateIssuer(options: CertificateIssuerOptions): CertificateIssuer {
  const { app, entropy, now, release } = options;
  const counts: Record<Purpose, number> = { issued: 0, derived: 0, demo: 0 };

  async function certify(
    api: Api,
    purpose: Purpose,
    request: CertificateRequest,
    secretOf: (label: string) => Uint8Array = freshSecret,
  ): Promise<CertifiedKey> {
    const { subject = '', altNames = [], usageServerAuth = false, usageClientAuth = false } = request;
    const validity = validityOf(request, now());
    const asked = [alternativeNames(altNames), tlsUsage(usageServerAuth, usageClientAuth)].filter(
      (extension) => extension !== undefined,
    );
    // Not before here: a request that is refused is none.
    const label = nextLabel(purpose);
    const secret = secretOf(label);
    const key = p256KeyOf(secret, entropy);
    const leaf = await issueDstackCertificate(app.ca, {
      ...validity,
      serial: entropy.bytes(`${label}/serial`, 16),
      subject: { commonName: subject },
      key,
      extensions: [keyUsage(DSTACK_KEY_USAGE.leaf), ...asked, ...(await statements(api, request, key.spki))],
    });
    return {
      key: encodePem('PRIVATE KEY', encodePrivateKey(secret, key.point)),
      certificateChain: [leaf, ...app.ca.chain],
    };
  }

  /** What the KMS says of the app, and the guest of its key. */
  async function statements(api: Api, request: CertificateRequest, spki: Uint8Array): Promise<readonly Extension[]> {
    const { usageRaTls = false, withAppInfo = false } = request;
    return [
      dstackExtension(DSTACK_EXTENSION.appId, app.appId),
      ...(withAppInfo ? [dstackExtension(DSTACK_EXTENSION.appInfo, encodeAppInfo(options.appInfo()))] : []),
      dstackExtension(DSTACK_EXTENSION.usage, utf8ToBytes('app:custom')),
      ...(usageRaTls ? evidenceExtensions(release, api, await options.attest(raTlsReportData(spki))) : []),
    ];
  }

  /**
   * A seeded source has the same bytes for the same label, so each key gets one of its own. Each purpose counts for
   * itself: the keys of `GetTlsKey` are those of its own requests, whatever else the agent was asked.
   */
  function nextLabel(purpose: Purpose): string {
    counts[purpose] += 1;
    return `dstack/${bytesToHex(app.appId)}/certificate/${purpose}/${counts[purpose]}`;
  }

  function freshSecret(label: string): Uint8Array {
    return p256.utils.randomSecretKey(entropy.bytes(`${label}/key`, 48));
  }

  return {
    async issue(api, { notBefore, notAfter, withAppInfo = false, ...request }) {
      // Older agents do not know these fields, and pass over what they do not know; API v1 always knew them.
      const known =
        api === 'v1' || release.reaches('0.5.7') ? { ...request, notBefore, notAfter, withAppInfo } : request;
      return certify(api, 'issued', known);
    },
    async derive({ path = '', randomSeed = false, ...request }) {
      return certify('v0', 'derived', request, (label) => {
        const seed = randomSeed ? entropy.bytes(`${label}/seed`, 32) : app.root.secret;
        return deriveSecret(seed, utf8ToBytes(path));
      });
    },
    async demo() {
      const request = { subject: 'demo-cert', usageClientAuth: true, usageRaTls: true };
      return (await certify('v0', 'demo', request)).certificateChain;
    },
  };
}

/** What evidence in a certificate says of its key: SHA-512("ratls-cert:" ‖ DER SubjectPublicKeyInfo). */
function raTlsReportData(spki: Uint8Array): Uint8Array {
  return sha512(concatBytes(utf8ToBytes('ratls-cert:'), spki));
}
