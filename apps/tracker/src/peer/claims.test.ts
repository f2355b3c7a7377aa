import { generateKeyPairSync, sign } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import { blsKeyPair } from '../bls/key.ts';
import { encodeReceipt, type Receipt } from '../receipts/receipt.ts';
import { issueCertificate } from '../session/certificate.ts';
import { counterpartOf, createClaims } from './claims.ts';
import { createSigner } from './signer.ts';

const TRACKER = 'tracker-1';
const EPOCH = 480_000;
const BLOCK = 16_384;
const sender = blsKeyPair(new Uint8Array(32).fill(1)).key;
const receiver = blsKeyPair(new Uint8Array(32).fill(2)).key;
const infohash = new Uint8Array(20).fill(3);
const session = generateKeyPairSync('ed25519');
const sessionKey = session.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const certificate = issueCertificate(receiver, { tracker: TRACKER, sessionKey, lastEpoch: EPOCH });
const counterpart = counterpartOf(certificate, TRACKER);

/** Pieces of two blocks. */
function claims(epoch = EPOCH) {
  return createClaims({
    ...{ tracker: TRACKER, infohash, sender: sender.publicKey, counterpart },
    pieceBytes: () => 2 * BLOCK,
    epoch: () => epoch,
  });
}

const right: Receipt = {
  ...{ tracker: TRACKER, infohash, sender: sender.publicKey, receiver: receiver.publicKey },
  ...{ piece: 5, pieces: 1, bytes: 2 * BLOCK, epoch: EPOCH, sequence: 0 },
};

function signed(change: Partial<Receipt> = {}) {
  const receipt = encodeReceipt({ ...right, ...change });
  return { receipt, signature: sign(null, receipt, session.privateKey) };
}

function withPieceSent(epoch = EPOCH) {
  const made = claims(epoch);
  made.sent(5, 0, BLOCK);
  made.sent(5, BLOCK, BLOCK);
  return made;
}

const fieldOf = (settle: () => void): string | undefined => {
  try {
    settle();
  } catch (error) {
    if (error instanceof AssayError) return error.details.field;
    throw error;
  }
  return undefined;
};

describe('what is owed', () => {
  test('is a piece that was sent whole, once', () => {
    const made = claims();
    made.sent(5, 0, BLOCK);
    made.sent(5, 0, BLOCK);
    expect(made.owed()).toBe(0);
    made.sent(5, BLOCK, BLOCK);
    expect(made.owed()).toBe(1);
    made.settle(signed());
    expect(made.owed()).toBe(0);
    made.sent(5, 0, BLOCK);
    made.sent(5, BLOCK, BLOCK);
    expect(made.owed()).toBe(0);
  });

  test('is settled for a range by one receipt', () => {
    const made = withPieceSent();
    made.sent(6, 0, BLOCK);
    made.sent(6, BLOCK, BLOCK);
    made.settle(signed({ pieces: 2, bytes: 4 * BLOCK }));
    expect(made.owed()).toBe(0);
  });
});

describe('a receipt is refused', () => {
  test.each<readonly [string, Partial<Receipt>]>([
    ['other-tracker', { tracker: 'tracker-2' }],
    ['other-torrent', { infohash: new Uint8Array(20) }],
    ['other-sender', { sender: receiver.publicKey }],
    ['other-receiver', { receiver: sender.publicKey }],
    ['piece', { piece: 6 }],
    ['piece', { pieces: 2, bytes: 4 * BLOCK }],
    ['piece', { pieces: 0, bytes: 0 }],
    ['piece', { pieces: 0xffff_ffff }],
    ['bytes', { bytes: 2 * BLOCK - 1 }],
    ['epoch', { epoch: EPOCH - 2 }],
    ['epoch', { epoch: EPOCH + 2 }],
    ['certificate-expired', { epoch: EPOCH + 1 }],
  ])('as %s: %o', (field, change) => {
    const made = withPieceSent();
    expect(fieldOf(() => made.settle(signed(change)))).toBe(field);
    expect(made.owed()).toBe(1);
  });

  test('when its signature is of other bytes', () => {
    const { receipt, signature } = signed();
    signature[0] = (signature[0] ?? 0) ^ 1;
    expect(fieldOf(() => withPieceSent().settle({ receipt, signature }))).toBe('signature');
  });

  test('the second time', () => {
    const made = withPieceSent();
    made.settle(signed());
    expect(fieldOf(() => made.settle(signed()))).toBe('piece');
  });
});

describe('a certificate', () => {
  test('of a signer is its counterpart’s', () => {
    const signer = createSigner(receiver, TRACKER, EPOCH + 1);
    const { publicKey, lastEpoch } = counterpartOf(signer.certificate, TRACKER);
    expect(publicKey).toEqual(receiver.publicKey);
    expect(lastEpoch).toBe(EPOCH + 1);
  });

  test('for another tracker is refused', () => {
    expect(fieldOf(() => counterpartOf(certificate, 'tracker-2'))).toBe('other-tracker');
  });

  test('that another key signed is refused', () => {
    const forged = issueCertificate(sender, { tracker: TRACKER, sessionKey, lastEpoch: EPOCH });
    // The victim's key in the place of the signer's: after tag, version, length and name.
    const at = Buffer.from(forged).indexOf(sender.publicKey);
    forged.set(receiver.publicKey, at);
    expect(fieldOf(() => counterpartOf(forged, TRACKER))).toBe('certificate');
  });
});
