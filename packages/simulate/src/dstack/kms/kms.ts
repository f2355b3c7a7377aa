import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Entropy } from '../../entropy.ts';
import { keyIdentifier } from '../../intel/certificate.ts';
import { basicConstraints, keyUsage } from '../../intel/extension.ts';
import { p256KeyOf } from '../../p256-key.ts';
import type { Issuer } from '../certificates/certificate.ts';
import { issueDstackCertificate } from '../certificates/certificate.ts';
import { DSTACK_EXTENSION, DSTACK_KEY_USAGE, dstackExtension } from '../certificates/extension.ts';
import { type AppRoot, issueAppRoot } from '../keys/app-root.ts';
import { deriveSecret } from '../keys/derive.ts';

/** A key management service of a test vendor: where the keys and certificates of its apps come from. */
export interface Kms {
  /** The root of signature chains, to pin: a compressed point of secp256k1. */
  readonly k256RootPublicKey: Uint8Array;
  /** The root of certificates, to trust. */
  readonly rootCaPem: string;
  /** DER SubjectPublicKeyInfo of that root: the id of the key provider in event logs. */
  readonly rootCaSpki: Uint8Array;
  /** What it hands to the guest agents of an app (20 bytes of app id): the same at each call. */
  issueApp(appId: Uint8Array): Promise<AppKeys>;
}

/** Keys and authority of one app. */
export interface AppKeys {
  readonly appId: Uint8Array;
  readonly root: AppRoot;
  readonly ca: AppCa;
}

/** The authority that issues the certificates of one app. */
export interface AppCa extends Issuer {
  /** PEM: the authority's certificate, then the root's. */
  readonly chain: readonly [string, string];
}

const APP_ID_BYTES = 20;
/** Fixed, so that a seeded service's certificates do not depend on the day; UTCTime ends with 2049. */
const LIFE = { notBefore: new Date('1975-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };

/** Makes a service with keys of its own. Every name in its certificates says SIMULATED, or SIMULATED SEEDED. */
export async function createKms(entropy: Entropy): Promise<Kms> {
  const organisation = entropy.seeded ? 'SIMULATED SEEDED' : 'SIMULATED';
  const k256Root = secp256k1.utils.randomSecretKey(entropy.bytes('dstack/kms/k256-root', 48));
  const caSecret = p256.utils.randomSecretKey(entropy.bytes('dstack/kms/root-ca', 48));
  const root: Issuer = { key: p256KeyOf(caSecret, entropy), name: { organisation, commonName: 'Dstack KMS CA' } };
  const rootCaPem = await issueDstackCertificate(root, {
    ...LIFE,
    serial: keyIdentifier(root.key),
    subject: root.name,
    key: root.key,
    extensions: [keyUsage(DSTACK_KEY_USAGE.authority), basicConstraints(1)],
  });
  return {
    k256RootPublicKey: secp256k1.getPublicKey(k256Root),
    rootCaPem,
    rootCaSpki: root.key.spki,
    async issueApp(appId) {
      if (appId.length !== APP_ID_BYTES) throw new Error(`appId: expected 20 bytes, found ${appId.length}`);
      const secret = deriveSecret(caSecret, concatBytes(appId, utf8ToBytes('app-ca')));
      const ca: Issuer = { key: p256KeyOf(secret, entropy), name: { organisation, commonName: 'Dstack App CA' } };
      const certificate = await issueDstackCertificate(root, {
        ...LIFE,
        serial: keyIdentifier(ca.key),
        subject: ca.name,
        key: ca.key,
        extensions: [
          dstackExtension(DSTACK_EXTENSION.appId, appId),
          dstackExtension(DSTACK_EXTENSION.usage, utf8ToBytes('app:ca')),
          keyUsage(DSTACK_KEY_USAGE.authority),
          basicConstraints(0),
        ],
      });
      return { appId, root: issueAppRoot(k256Root, appId), ca: { ...ca, chain: [certificate, rootCaPem] } };
    },
  };
}
