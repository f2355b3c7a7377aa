import { toBase64Url } from '@assay/verify/codec';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Release } from '../release.ts';
import { RpcError } from '../rpc-error.ts';
import type { AppRoot } from './app-root.ts';
import { signingKey } from './sign.ts';

const LABELS: Readonly<Record<string, string>> = {
  ed25519: 'dip1::ed25519-pk:',
  k256: 'dip1::secp256k1c-pk:',
  secp256k1: 'dip1::secp256k1c-pk:',
  secp256k1_prehashed: 'dip1::secp256k1c-pk:',
};

/** What `GetAttestationForAppKey` quotes: 64 bytes that name the key of `Sign`. Throws `RpcError` as the agent answers. */
export function appKeyReportData(root: AppRoot, release: Release, algorithm: string): Uint8Array {
  const label = Object.hasOwn(LABELS, algorithm) ? LABELS[algorithm] : undefined;
  if (label === undefined) throw new RpcError('Unsupported algorithm');
  const reportData = new Uint8Array(64);
  reportData.set(utf8ToBytes(label + toBase64Url(signingKey(root, release, algorithm).publicKey)));
  return reportData;
}
