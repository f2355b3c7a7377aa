import { equalBytes } from '../codec/bytes.ts';
import { childrenOf, type Der, encodingOf, expectTag, readWholeDer, TAG } from '../codec/der.ts';
import { octetsOf, oidOf, smallIntegerOf } from '../codec/der-values.ts';
import type { SignatureAlgorithm } from '../codec/signature-algorithm.ts';
import type { Certificate } from '../codec/x509.ts';
import { isSignedBy, issuerKey } from '../crypto/certificate-key.ts';
import { hashOf } from '../crypto/hash.ts';
import type { HashName } from '../crypto/types.ts';
import { malformed } from '../errors.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const HASHES: Readonly<Record<string, HashName>> = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};
/** With RSA the digest algorithm stands beside the key's own name. */
const SIGNATURES: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.113549.1.1.1': 'rsa-sha256',
  '1.2.840.113549.1.1.11': 'rsa-sha256',
  '1.2.840.10045.4.3.2': 'ecdsa-sha256',
  '1.2.840.10045.4.3.3': 'ecdsa-sha384',
};

/** A CMS message (RFC 5652 section 5) of one signer: nothing in it is trusted before `isFrom` holds. */
export interface SignedData {
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly digest: HashName;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** The signed attributes as they are signed: as a SET. */
  readonly attributes: Uint8Array;
}

/** The name of a hash by its AlgorithmIdentifier. Throws `malformed` for others. */
export function hashNameOf(element: Der | undefined, what: string): HashName {
  const oid = oidOf(childrenOf(expectTag(element, TAG.sequence, what), 2)[0], what);
  const name = HASHES[oid];
  if (name === undefined) throw malformed(`${what}: unsupported hash ${oid}`, { field: what });
  return name;
}

/** Parses a ContentInfo with SignedData in DER: content inside, one signer, signed attributes. Throws `malformed`. */
export function parseSignedData(bytes: Uint8Array): SignedData {
  const [type, wrapped] = childrenOf(expectTag(readWholeDer(bytes, 'CMS'), TAG.sequence, 'CMS'), 2);
  if (oidOf(type, 'CMS') !== SIGNED_DATA) throw malformed('CMS: not signed data');
  const parts = childrenOf(expectTag(childrenOf(expectTag(wrapped, 0xa0, 'CMS'), 1)[0], TAG.sequence, 'CMS'), 6);
  smallIntegerOf(parts[0], 'CMS version');
  const [contentType, explicit] = childrenOf(expectTag(parts[2], TAG.sequence, 'CMS content'), 2);
  const content = octetsOf(childrenOf(expectTag(explicit, 0xa0, 'CMS content'), 1)[0], 'CMS content');
  const [signer, ...others] = childrenOf(expectTag(parts.at(-1), TAG.set, 'CMS signers'), 2);
  if (others.length > 0) throw malformed('CMS: more than one signer');
  const [, , hash, attributes, algorithm, signature] = childrenOf(expectTag(signer, TAG.sequence, 'CMS signer'), 7);
  const digestName = hashNameOf(hash, 'CMS digest');
  const oid = oidOf(childrenOf(expectTag(algorithm, TAG.sequence, 'CMS signature'), 2)[0], 'CMS signature');
  const known = SIGNATURES[oid];
  if (
    known === undefined ||
    !known.endsWith(digestName === 'SHA-384' ? 'sha384' : 'sha256') ||
    digestName === 'SHA-512'
  ) {
    throw malformed(`CMS: unsupported signature ${oid} with ${digestName}`);
  }
  // RFC 5652 section 5.4: the signature is over the attributes with the tag of a SET.
  const signed = Uint8Array.from(encodingOf(expectTag(attributes, 0xa0, 'CMS attributes')));
  signed[0] = TAG.set;
  return {
    contentType: oidOf(contentType, 'CMS content'),
    content,
    digest: digestName,
    algorithm: known,
    signature: octetsOf(signature, 'CMS signature'),
    attributes: signed,
  };
}

/** True when the certificate's key signed exactly this content, of this type. */
export async function isFrom(data: SignedData, { publicKey }: Certificate): Promise<boolean> {
  const attributes = attributesOf(data.attributes);
  const type = attributes.get(CONTENT_TYPE);
  const hash = attributes.get(MESSAGE_DIGEST);
  if (type === undefined || hash === undefined) throw malformed('CMS: signed attributes are missing');
  if (oidOf(type, 'CMS content type') !== data.contentType) return false;
  const found = await hashOf(data.digest, data.content);
  if (!equalBytes(octetsOf(hash, 'CMS message digest'), found)) return false;
  const key = await issuerKey(publicKey, data.algorithm);
  const { attributes: tbs, algorithm: signatureAlgorithm, signature } = data;
  return key !== undefined && isSignedBy({ tbs, signatureAlgorithm, signature }, key);
}

/** The single value of each attribute by OID; each at most once. */
function attributesOf(set: Uint8Array): ReadonlyMap<string, Der> {
  const attributes = new Map<string, Der>();
  for (const attribute of childrenOf(expectTag(readWholeDer(set, 'CMS attributes'), TAG.set, 'CMS attributes'), 32)) {
    const [type, values] = childrenOf(expectTag(attribute, TAG.sequence, 'CMS attribute'), 2);
    const oid = oidOf(type, 'CMS attribute');
    const [value] = childrenOf(expectTag(values, TAG.set, 'CMS attribute'), 16);
    if (value === undefined || attributes.has(oid)) throw malformed(`CMS: attribute ${oid} is empty or there twice`);
    attributes.set(oid, value);
  }
  return attributes;
}
