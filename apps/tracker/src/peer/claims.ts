import { type KeyObject, verify } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { equalBytes } from '@assay/verify/codec';
import { parsePublicKey, parseSignature } from '../bls/points.ts';
import { verifyEach } from '../bls/verify.ts';
import { parseReceipt } from '../receipts/receipt.ts';
import { parseCertificate, sessionPublicKey } from '../session/certificate.ts';
import type { SignedReceipt } from './extension.ts';

/** The other side of a connection, as its certificate says. */
export interface Counterpart {
  readonly certificate: Uint8Array;
  /** Long-term key, 48 bytes. */
  readonly publicKey: Uint8Array;
  readonly sessionKey: KeyObject;
  readonly lastEpoch: number;
}

/** Reads and checks a certificate for this tracker. Throws `malformed` for any other. */
export function counterpartOf(certificate: Uint8Array, tracker: string): Counterpart {
  const { publicKey, sessionKey, lastEpoch, signed, signature, ...rest } = parseCertificate(certificate);
  if (rest.tracker !== tracker) throw refusal('other-tracker', `certificate: for ${rest.tracker}, not ${tracker}`);
  const [genuine] = verifyEach([
    { message: signed, publicKey: parsePublicKey(publicKey), signature: parseSignature(signature) },
  ]);
  if (genuine !== true) throw refusal('certificate', 'certificate: not signed by the key that it names');
  return { certificate, publicKey, sessionKey: sessionPublicKey(sessionKey), lastEpoch };
}

/** What this peer sent to another one, and what it is owed for it. */
export interface Claims {
  /** Counts bytes of a piece that were sent. */
  readonly sent: (piece: number, begin: number, length: number) => void;
  /** Pieces that were sent whole, without a receipt. */
  readonly owed: () => number;
  /** Takes a receipt for one of them. Throws `malformed`, with what is wrong in `details.field`. */
  readonly settle: (signed: SignedReceipt) => void;
}

/** What receipts must say. */
export interface ClaimTerms {
  readonly tracker: string;
  readonly infohash: Uint8Array;
  /** Long-term key of this side. */
  readonly sender: Uint8Array;
  readonly counterpart: Counterpart;
  readonly pieceBytes: (piece: number) => number;
  readonly epoch: () => number;
}

/** Nothing sent yet. */
export function createClaims(terms: ClaimTerms): Claims {
  const { tracker, infohash, sender, counterpart } = terms;
  const blocks = new Map<number, Map<number, number>>();
  const owed = new Set<number>();
  const settled = new Set<number>();
  return {
    owed: () => owed.size,
    sent(piece, begin, length) {
      if (settled.has(piece) || owed.has(piece)) return;
      const begun = blocks.get(piece) ?? new Map<number, number>();
      blocks.set(piece, begun.set(begin, length));
      const bytes = [...begun.values()].reduce((sum, each) => sum + each, 0);
      if (bytes < terms.pieceBytes(piece)) return;
      blocks.delete(piece);
      owed.add(piece);
    },
    settle({ receipt, signature }) {
      const said = parseReceipt(receipt);
      if (said.tracker !== tracker) throw refusal('other-tracker', `receipt: for ${said.tracker}, not ${tracker}`);
      if (!equalBytes(said.infohash, infohash)) throw refusal('other-torrent', 'receipt: for another torrent');
      if (!equalBytes(said.sender, sender)) throw refusal('other-sender', 'receipt: for what somebody else sent');
      if (!equalBytes(said.receiver, counterpart.publicKey)) {
        throw refusal('other-receiver', 'receipt: of another receiver than the certificate');
      }
      const pieces = Array.from({ length: Math.min(said.pieces, owed.size + 1) }, (_, index) => said.piece + index);
      const notOwed = pieces.find((piece) => !owed.has(piece));
      if (pieces.length === 0 || notOwed !== undefined) {
        throw refusal('piece', `receipt: piece ${notOwed ?? said.piece} is not owed`);
      }
      const bytes = pieces.reduce((sum, piece) => sum + terms.pieceBytes(piece), 0);
      if (said.bytes !== bytes) throw refusal('bytes', `receipt: ${said.bytes} bytes, sent were ${bytes}`);
      const epoch = terms.epoch();
      // Clocks differ: the one that the receiver lives in may be over here, or just ahead.
      if (Math.abs(said.epoch - epoch) > 1) throw refusal('epoch', `receipt: epoch ${said.epoch}, it is ${epoch} now`);
      if (said.epoch > counterpart.lastEpoch) throw refusal('certificate-expired', 'receipt: after the certificate');
      if (!verify(null, receipt, counterpart.sessionKey, signature)) {
        throw refusal('signature', 'receipt: not signed by the session key of the certificate');
      }
      for (const piece of pieces) {
        owed.delete(piece);
        settled.add(piece);
      }
    },
  };
}

function refusal(field: string, message: string): AssayError {
  return new AssayError('malformed', message, { field });
}
