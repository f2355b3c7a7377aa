import { constants, createPublicKey, hash as digestOf, type KeyObject, verify } from 'node:crypto';
import { concatBytes } from '../codec/bytes.ts';
import { derEcdsaSignature } from '../codec/ecdsa-signature.ts';
import { fromHex } from '../codec/hex.ts';
import { isPlainPoint } from './point.ts';
import type { Awaitable, HashName, KeyMaterial, Scheme, VerifyKey } from './types.ts';

/** Which implementation this is. */
export const implementation = 'node';

const HASHES: Readonly<Record<HashName, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

/** The hash of the data. Typed as in WebCrypto, where it comes later. */
export function digest(name: HashName, data: Uint8Array): Awaitable<Uint8Array> {
  const { buffer, byteOffset, length } = digestOf(HASHES[name], data, 'buffer');
  // Not a Buffer, whose slice() is a view where a Uint8Array's is a copy.
  return new Uint8Array(buffer, byteOffset, length);
}

/** Makes a key ready for the scheme: undefined when the key is none (a point off its curve) or of another kind. */
export function importKey(material: KeyMaterial, scheme: Scheme): Awaitable<VerifyKey | undefined> {
  const key = keyObject(material);
  if (key === undefined) return undefined;
  const hash = HASHES[scheme.hash];
  if (scheme.kind === 'ecdsa') {
    if (material.kind !== 'ec' || material.curve !== scheme.curve) return undefined;
    const size = scheme.curve === 'P-256' ? 32 : 48;
    return {
      // Node checks DER signatures with a bare key a third faster than r ‖ s with options.
      verify(signature, data) {
        const der = derEcdsaSignature(signature, size);
        return der !== undefined && verify(hash, data, key, der);
      },
    };
  }
  if (material.kind !== 'rsa') return undefined;
  const options =
    scheme.kind === 'rsa-pss'
      ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: scheme.saltLength }
      : { key, padding: constants.RSA_PKCS1_PADDING };
  return { verify: (signature, data) => verify(hash, data, options, signature) };
}

function keyObject(material: KeyMaterial): KeyObject | undefined {
  if (!isPlainPoint(material)) return undefined;
  const key = material.kind === 'rsa' ? material.raw : concatBytes(EC_PREFIX[material.curve], material.point);
  try {
    const imported = createPublicKey({ key: key as Buffer, format: 'der', type: 'spki' });
    // An EC key is one by its prefix; asking Node costs as much as a hash.
    return material.kind === 'ec' || imported.asymmetricKeyType === 'rsa' ? imported : undefined;
  } catch {
    return undefined;
  }
}

/** SubjectPublicKeyInfo up to the uncompressed point (RFC 5480 section 2). Node imports it faster than a JWK. */
const EC_PREFIX = {
  'P-256': fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
  'P-384': fromHex('3076301006072a8648ce3d020106052b81040022036200'),
} as const;
