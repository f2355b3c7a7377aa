import { expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { parseCrl } from '../codec/crl.ts';
import { toHex } from '../codec/hex.ts';
import { fromPem } from '../codec/pem.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { isSignedBy, issuerKey, keyFingerprint, type Signed } from './certificate-key.ts';

const CASE = 'tdx-v4-00806f050000-3bffae89';

/** True when the issuer's key, imported for the signature's algorithm, signed it. */
async function signed(subject: Signed, issuer: Certificate): Promise<boolean> {
  const key = await issuerKey(issuer.publicKey, subject.signatureAlgorithm);
  return key !== undefined && isSignedBy(subject, key);
}

describeWithVectors('signatures of real certificates and CRLs', () => {
  const chain = (path: string): readonly Certificate[] =>
    fromPem(vectorText(path), 'CERTIFICATE').map(parseCertificate);
  const der = (path: string): Certificate => parseCertificate(vector(path));

  test('Intel: ECDSA with SHA-256', async () => {
    const [ca, root] = chain(`${CASE}/pckCrlIssuerChain.pem`);
    const [signer] = chain(`${CASE}/tcbSignChain.pem`);
    if (!ca || !root || !signer) throw new Error('incomplete chains');
    for (const certificate of [root, ca, signer]) expect(await signed(certificate, root)).toBe(true);
    expect(await signed(parseCrl(vector(`${CASE}/rootCaCrl.der`)), root)).toBe(true);
    expect(await signed(parseCrl(vector(`${CASE}/pckCrl.der`)), ca)).toBe(true);
    expect(await signed(parseCrl(vector(`${CASE}/pckCrl.der`)), root)).toBe(false);
    expect(await signed(root, ca)).toBe(false);
  });

  test.each(['milan-69d063', 'genoa-4c6598', 'turin-1f0841'])('AMD: RSASSA-PSS with SHA-384 (ark-%s)', async (name) => {
    const ark = der(`_amd/ark-${name}.der`);
    expect(await signed(ark, ark)).toBe(true);
    const other = der(name.startsWith('milan') ? '_amd/ark-genoa-4c6598.der' : '_amd/ark-milan-69d063.der');
    expect(await signed(ark, other)).toBe(false);
  });

  test('Google: RSASSA-PKCS1-v1_5 with SHA-256', async () => {
    const [root] = chain('confidential-space/root.crt');
    expect(root && (await signed(root, root))).toBe(true);
  });

  test('a bit flipped in the signed part or in the signature is refused', async () => {
    const [, root] = chain(`${CASE}/pckCrlIssuerChain.pem`);
    if (!root) throw new Error('incomplete chain');
    for (const part of ['tbs', 'signature'] as const) {
      for (let at = 0; at < root[part].length; at += 7) {
        const flipped = root[part].slice();
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        expect(await signed({ ...root, [part]: flipped }, root)).toBe(false);
      }
    }
  });

  test('an ECDSA signature that is no DER, or has longer numbers, is refused', async () => {
    const [, root] = chain(`${CASE}/pckCrlIssuerChain.pem`);
    if (!root) throw new Error('incomplete chain');
    const long = Uint8Array.from([0x30, 0x26, 0x02, 0x21, ...new Uint8Array(33).fill(1), 0x02, 0x01, 0x01]);
    for (const signature of [new Uint8Array(), new Uint8Array(64), long]) {
      expect(await signed({ ...root, signature }, root)).toBe(false);
    }
  });

  test('a key of another kind than the algorithm asks for is none', async () => {
    const [root] = chain(`${CASE}/pckCrlIssuerChain.pem`);
    const ark = der('_amd/ark-milan-69d063.der');
    if (!root) throw new Error('incomplete chain');
    expect(await issuerKey(ark.publicKey, 'ecdsa-sha256')).toBeUndefined();
    expect(await issuerKey(root.publicKey, 'rsa-pss-sha384')).toBeUndefined();
    expect(await issuerKey(root.publicKey, 'ecdsa-sha384')).toBeUndefined();
  });

  test('the fingerprint is that of the SubjectPublicKeyInfo', async () => {
    const [, root] = chain(`${CASE}/pckCrlIssuerChain.pem`);
    if (!root) throw new Error('incomplete chain');
    expect(toHex(await keyFingerprint(root.publicKey))).toMatch(/^[0-9a-f]{64}$/);
    // Two Intel roots with one key are in the field: pinning by key accepts both.
    const [, ...roots] = ['sgx-v3-00606a000000-plat-268c0681', CASE].map(
      (name) => chain(`${name}/tcbSignChain.pem`)[1],
    );
    for (const other of roots) {
      if (other) expect(toHex(await keyFingerprint(other.publicKey))).toBe(toHex(await keyFingerprint(root.publicKey)));
    }
  });
});
