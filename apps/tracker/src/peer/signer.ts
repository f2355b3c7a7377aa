import { generateKeyPairSync, sign } from 'node:crypto';
import type { BlsKey } from '../bls/key.ts';
import { encodeReceipt } from '../receipts/receipt.ts';
import { issueCertificate } from '../session/certificate.ts';
import type { SignedReceipt } from './extension.ts';

/** Signs for what this peer receives. */
export interface ReceiptSigner {
  /** Names tracker, long-term key and session key. */
  readonly certificate: Uint8Array;
  /** The long-term key, 48 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: (received: Received) => SignedReceipt;
}

/** What was received. */
export interface Received {
  readonly infohash: Uint8Array;
  /** Long-term key of the sender, 48 bytes. */
  readonly sender: Uint8Array;
  readonly piece: number;
  readonly bytes: number;
  readonly epoch: number;
}

/** A new session key, certified by the long-term key for the epochs until the last one. It is in memory only. */
export function createSigner(key: BlsKey, tracker: string, lastEpoch: number): ReceiptSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const sessionKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  let sequence = 0;
  return {
    certificate: issueCertificate(key, { tracker, sessionKey, lastEpoch }),
    publicKey: key.publicKey,
    sign: (received) => {
      const receipt = encodeReceipt({ ...received, tracker, receiver: key.publicKey, pieces: 1, sequence });
      sequence += 1;
      return { receipt, signature: sign(null, receipt, privateKey) };
    },
  };
}
