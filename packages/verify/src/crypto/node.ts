import { constants, createPublicKey, hash as digestOf, type KeyObject, verify } from 'node:crypto';
import { toBase64Url } from '../codec/base64.ts';
import type { HashName, KeyMaterial, Scheme, VerifyKey } from './types.ts';

/** Which implementation this is. */
export const implementation = 'node';

/** The hash of the data. */
export function digest(name: HashName, data: Uint8Array): Uint8Array {
  return digestOf(name.replace('-', '').toLowerCase(), data, 'buffer');
}

/** Makes a key ready for the scheme: undefined when the key is none (a point off its curve) or of another kind. */
export function importKey(material: KeyMaterial, scheme: Scheme): VerifyKey | undefined {
  const key = keyObject(material);
  if (key === undefined) return undefined;
  const hash = scheme.hash === 'SHA-256' ? 'sha256' : 'sha384';
  if (scheme.kind === 'ecdsa') {
    if (material.kind !== 'ec' || material.curve !== scheme.curve) return undefined;
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    return { verify: (signature, data) => verify(hash, data, options, signature) };
  }
  if (material.kind !== 'rsa') return undefined;
  const options =
    scheme.kind === 'rsa-pss'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength }
      : { key, padding: constants.RSA_PKCS1_PADDING };
  return { verify: (signature, data) => verify(hash, data, options, signature) };
}

function keyObject(material: KeyMaterial): KeyObject | undefined {
  try {
    if (material.kind === 'rsa') {
      const key = createPublicKey({ key: material.raw as Buffer, format: 'der', type: 'spki' });
      return key.asymmetricKeyType === 'rsa' ? key : undefined;
    }
    const { curve, point } = material;
    const size = (point.length - 1) / 2;
    const [x, y] = [toBase64Url(point.subarray(1, 1 + size)), toBase64Url(point.subarray(1 + size))];
    return createPublicKey({ key: { kty: 'EC', crv: curve, x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
