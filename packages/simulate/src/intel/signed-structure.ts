import { bitString, objectIdentifier, sequence } from '../der.ts';
import { derSignature, type P256Key } from '../p256-key.ts';

/** AlgorithmIdentifier ecdsa-with-SHA256. */
export const ECDSA_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/** What may be wrong with a signed X.509 structure, for refusals on purpose. */
export interface SigningEdits {
  /** Signs with another key than the issuer's. */
  readonly signer?: P256Key;
  /** AlgorithmIdentifier outside the signed part. */
  readonly outerAlgorithm?: Uint8Array;
  /** Changes r ‖ s (64 bytes) before it is encoded. */
  readonly signature?: (signature: Uint8Array) => Uint8Array;
  /** Changes the finished DER. */
  readonly der?: (der: Uint8Array) => Uint8Array;
}

/** Signs the DER of a certificate's or CRL's inner part and puts the whole together (RFC 5280 sections 4.1 and 5.1). */
export async function signStructure(inner: Uint8Array, issuer: P256Key, edits: SigningEdits): Promise<Uint8Array> {
  const signature = await (edits.signer ?? issuer).sign(inner);
  const value = derSignature(edits.signature?.(signature) ?? signature);
  const der = sequence(inner, edits.outerAlgorithm ?? ECDSA_SHA256, bitString(value));
  return edits.der?.(der) ?? der;
}
