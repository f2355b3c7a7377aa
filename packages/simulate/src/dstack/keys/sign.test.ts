import { createHash, createPublicKey, verify as verifyByNode } from 'node:crypto';
import { verifyKeyChain } from '@assay/verify/dstack';
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { parseRelease } from '../release.ts';
import { issueAppRoot } from './app-root.ts';
import { getKey } from './get-key.ts';
import { publicKeyOf } from './public-key.ts';
import { appKeyReportData } from './report-data.ts';
import { sign } from './sign.ts';

const RELEASE = parseRelease('0.5.11');
const KMS_ROOT = new Uint8Array(32).fill(7);
const APP_ID = new Uint8Array(20).fill(9);
const ROOT = issueAppRoot(KMS_ROOT, APP_ID);
const DATA = utf8ToBytes('data');
const DIGEST = createHash('sha256').update(DATA).digest();

/** SubjectPublicKeyInfo of a key, without its last bytes. */
const SPKI = {
  ed25519: '302a300506032b6570032100',
  secp256k1: '3036301006072a8648ce3d020106052b8104000a032200',
} as const;

test.each([
  ['secp256k1', 'secp256k1', DATA],
  ['k256', 'secp256k1', DATA],
  ['secp256k1_prehashed', 'secp256k1', DIGEST],
  ['ed25519', 'ed25519', DATA],
] as const)('Sign with %s: node:crypto accepts it, and the chain leads to the KMS', (algorithm, curve, data) => {
  const { signature, signatureChain, publicKey } = sign(ROOT, RELEASE, { algorithm, data });
  const der = concatBytes(hexToBytes(SPKI[curve]), publicKey);
  const key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  const hash = curve === 'ed25519' ? null : 'sha256';
  expect(verifyByNode(hash, DATA, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  expect(signature).toHaveLength(64);
  expect(signatureChain[0]).toEqual(signature);
  const { signatureChain: chain } = getKey(ROOT, RELEASE, { path: 'vms', purpose: 'signing', algorithm: curve });
  expect(signatureChain.slice(1)).toEqual(chain);
  const kmsRoot = publicKeyOf('secp256k1', KMS_ROOT);
  const claim = { publicKey, algorithm: curve, chain, appId: APP_ID, kmsRoot, purpose: 'signing' };
  expect(verifyKeyChain(claim).outcome).toBe('pass');
});

test.each([0, 31, 33])('a digest of %d bytes is not signed', (length) => {
  expect(() => sign(ROOT, RELEASE, { algorithm: 'secp256k1_prehashed', data: new Uint8Array(length) })).toThrow(
    `Pre-hashed signing requires a 32-byte digest, but received ${length} bytes`,
  );
});

test.each(['', 'rsa', 'Ed25519'])('algorithm "%s": neither Sign nor an attested key has a default', (algorithm) => {
  expect(() => sign(ROOT, RELEASE, { algorithm, data: DATA })).toThrow(/^Unsupported algorithm$/);
  expect(() => appKeyReportData(ROOT, RELEASE, algorithm)).toThrow(/^Unsupported algorithm$/);
});

test('GetAttestationForAppKey: the published report data', () => {
  const secret = hexToBytes('1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b');
  const textOf = (algorithm: string): string =>
    Buffer.from(appKeyReportData({ ...ROOT, secret }, RELEASE, algorithm)).toString('latin1');
  expect(textOf('ed25519')).toBe('dip1::ed25519-pk:5Pbre1Amf1hrp2V2bbfKlIfxpQb2pJAmrgmhxgVoG9s\0\0\0\0');
  const compressed = 'dip1::secp256k1c-pk:A6t_JdVkVdMAocH3f1f20WGT6JzdntxcXimUtEax8zc9';
  expect(textOf('secp256k1')).toBe(compressed);
  expect(textOf('k256')).toBe(compressed);
  expect(textOf('secp256k1_prehashed')).toBe(compressed);
});

test('the key of an app depends on app and KMS alone', () => {
  expect(issueAppRoot(KMS_ROOT, APP_ID)).toEqual(ROOT);
  expect(bytesToHex(issueAppRoot(KMS_ROOT, new Uint8Array(20)).secret)).not.toBe(bytesToHex(ROOT.secret));
  expect(bytesToHex(issueAppRoot(new Uint8Array(32).fill(8), APP_ID).secret)).not.toBe(bytesToHex(ROOT.secret));
});
