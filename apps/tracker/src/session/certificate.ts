import { createPublicKey, type KeyObject } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { concatBytes, utf8 } from '@assay/verify/codec';
import { BLS_LENGTHS } from '../bls/ciphersuite.ts';
import type { BlsKey } from '../bls/key.ts';
import { BigEndianReader, u64 } from '../receipts/big-endian.ts';
import { checkInstanceId } from '../receipts/instance-id.ts';

/** Lets a session key sign receipts in the place of a long-term key, at one tracker, for a while. */
export interface CertificateContent {
  /** Id of the tracker. */
  readonly tracker: string;
  /** The long-term BLS key, 48 bytes. */
  readonly publicKey: Uint8Array;
  /** The Ed25519 session key, 32 bytes. */
  readonly sessionKey: Uint8Array;
  /** The last epoch whose receipts it signs. */
  readonly lastEpoch: number;
}

/** A certificate that was parsed; its signature is not checked yet. */
export interface Certificate extends CertificateContent {
  /** What the signature is over. */
  readonly signed: Uint8Array;
  /** BLS signature by the long-term key, 96 bytes. */
  readonly signature: Uint8Array;
}

const TAG = utf8('assay/tracker-session\0');
const VERSION = 1;
/** DER SubjectPublicKeyInfo before the 32 bytes of an Ed25519 key (RFC 8410 section 4). */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0);

/** The bytes that the long-term key signs: tag, version, tracker (length first), both keys, last epoch (big endian). */
function certificateBytes({ tracker, publicKey, sessionKey, lastEpoch }: CertificateContent): Uint8Array {
  const name = utf8(checkInstanceId(tracker, 'tracker'));
  return concatBytes(TAG, Uint8Array.of(VERSION, name.length), name, publicKey, sessionKey, u64(lastEpoch));
}

/** Certifies a session key (32 bytes, raw Ed25519): the bytes to hand out with receipts. Throws `usage` or `malformed`. */
export function issueCertificate(key: BlsKey, content: Omit<CertificateContent, 'publicKey'>): Uint8Array {
  if (content.sessionKey.length !== 32) {
    throw new AssayError('usage', `sessionKey: ${content.sessionKey.length} bytes; give 32`, { field: 'sessionKey' });
  }
  const signed = certificateBytes({ ...content, publicKey: key.publicKey });
  return concatBytes(signed, key.sign(signed));
}

/** Reads a certificate. Throws `malformed`. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const reader = new BigEndianReader(bytes, 'certificate');
  reader.tag(TAG, VERSION);
  const tracker = reader.instanceId('tracker');
  const publicKey = reader.bytes(BLS_LENGTHS.publicKey, 'public key');
  const sessionKey = reader.bytes(32, 'session key');
  const lastEpoch = reader.u64('last epoch');
  const signed = bytes.slice(0, reader.offset);
  const signature = reader.bytes(BLS_LENGTHS.signature, 'signature');
  reader.end();
  return { tracker, publicKey, sessionKey, lastEpoch, signed, signature };
}

/** A raw Ed25519 public key (32 bytes) for node:crypto. */
export function sessionPublicKey(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
}
