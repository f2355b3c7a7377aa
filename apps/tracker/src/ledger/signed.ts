import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { canonicalJson, fromBase64, type Json, toBase64, utf8 } from '@assay/verify/codec';
import type { CheckpointContent, PromiseContent, Signed } from './documents.ts';

type Document = CheckpointContent | PromiseContent;

/** Signs a document with an Ed25519 key. */
export function signDocument<Content extends Document>(content: Content, key: KeyObject): Signed<Content> {
  return { content, signature: toBase64(sign(null, signedBytes(content), key)) };
}

/** Whether a document is signed by that key (DER SubjectPublicKeyInfo, Ed25519). Throws `usage` for another kind of key. */
export function isSigned({ content, signature }: Signed<Document>, publicKey: Uint8Array): boolean {
  try {
    return verify(null, signedBytes(content), ledgerKey(publicKey), fromBase64(signature, 'signature'));
  } catch (error) {
    if (error instanceof AssayError && error.code === 'malformed') return false;
    throw error;
  }
}

/** A ledger's public key, DER SubjectPublicKeyInfo. Throws `usage` for what is no Ed25519 key. */
export function ledgerKey(publicKey: Uint8Array): KeyObject {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw new AssayError('usage', 'publicKey: expected DER of an Ed25519 SubjectPublicKeyInfo', { field: 'publicKey' });
}

/** The schema's name comes first, so that no signature passes for one of another kind of document. */
function signedBytes(content: Document): Uint8Array {
  const members: Readonly<Record<string, Json>> = { ...content };
  return utf8(`${content.schema}\0${canonicalJson(members)}`);
}
