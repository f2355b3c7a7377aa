import { AssayError } from '@assay/verify';
import { equalBytes } from '@assay/verify/codec';
import { type Claims, type Counterpart, counterpartOf, createClaims } from './claims.ts';
import {
  encodeExtendedHandshake,
  encodeReceiptMessage,
  LOCAL_ID,
  NESTED_ADVICE,
  parseExtendedHandshake,
  parseReceiptMessage,
  type SignedReceipt,
} from './extension.ts';
import { type Metainfo, pieceBytes } from './metainfo.ts';
import type { ReceiptSigner } from './signer.ts';
import type { Wire } from './wire.ts';

/** A receipt of somebody else, with what the tracker checks it by. */
export interface KeptReceipt extends SignedReceipt {
  readonly certificate: Uint8Array;
}

/** With what receipts are made and taken. */
export interface ReceiptTerms {
  /** Id of the tracker at which they count. */
  readonly tracker: string;
  readonly signer: ReceiptSigner;
  /** Number of the epoch now. */
  readonly epoch: () => number;
  /** Takes a receipt that was checked. */
  readonly keep: (receipt: KeptReceipt) => void;
  /** What the other side has to say. */
  readonly told: (message: string) => void;
}

/** Receipts over one connection. */
export interface Receipting {
  /** What is said first. */
  readonly greet: () => Promise<void>;
  /** Takes an extended message. Throws `malformed` for what breaks BEP 10, or for bad receipts again and again. */
  readonly take: (id: number, payload: Uint8Array) => Promise<void>;
  /** Signs for a piece, where the other side takes receipts. */
  readonly received: (piece: number) => Promise<void>;
  /** Undefined where the other side gives no receipts. */
  readonly claims: () => Claims | undefined;
}

/** Handshakes that one connection may send: each costs a check of a BLS signature. */
const MOST_HANDSHAKES = 4;
const MOST_REFUSALS = 8;

/** Speaks `pt_receipt` with who speaks it; with others just BEP 10. Without terms it offers nothing. */
export function createReceipting(wire: Wire, metainfo: Metainfo, terms: ReceiptTerms | undefined): Receipting {
  let remote: { readonly id: number; readonly counterpart: Counterpart; readonly claims: Claims } | undefined;
  let nested = false;
  let handshakes = 0;
  let refusals = 0;
  const greet = (advice?: string): Promise<void> =>
    wire.send({ type: 'extended', id: 0, payload: encodeExtendedHandshake(terms?.signer.certificate, advice) });
  const refuse = async (id: number, error: unknown): Promise<void> => {
    if (!(error instanceof AssayError)) throw error;
    refusals += 1;
    if (refusals > MOST_REFUSALS) throw error;
    const code = error.details.field ?? 'malformed';
    await wire.send({
      type: 'extended',
      id,
      payload: encodeReceiptMessage({ type: 'refused', code, message: error.message.slice(0, 200) }),
    });
  };
  const meet = async (payload: Uint8Array, with_: ReceiptTerms): Promise<void> => {
    const { receipts: offer, nested: old, advice } = parseExtendedHandshake(payload);
    if (advice !== undefined) with_.told(advice);
    if (old && !nested) {
      nested = true;
      await greet(NESTED_ADVICE);
    }
    if (offer === undefined) return;
    if (remote !== undefined) {
      // Ids may change; who owes what does not.
      remote = { ...remote, id: offer.id };
      return;
    }
    try {
      const counterpart = counterpartOf(offer.certificate, with_.tracker);
      if (equalBytes(counterpart.publicKey, with_.signer.publicKey)) throw self();
      remote = { id: offer.id, counterpart, claims: claimsOn(metainfo, counterpart, with_) };
    } catch (error) {
      await refuse(offer.id, error);
    }
  };
  const settle = async (receipts: readonly SignedReceipt[], with_: ReceiptTerms): Promise<void> => {
    if (remote === undefined) return;
    const { id, claims, counterpart } = remote;
    for (const signed of receipts) {
      try {
        claims.settle(signed);
        with_.keep({ ...signed, certificate: counterpart.certificate });
      } catch (error) {
        await refuse(id, error);
      }
    }
  };
  return {
    greet: () => greet(),
    async take(id, payload) {
      if (id === 0) {
        handshakes += 1;
        if (handshakes > MOST_HANDSHAKES) throw tooMany();
        if (terms !== undefined) await meet(payload, terms);
        return;
      }
      // Ids of others are none of this side's; those of the nested form are older than agreement on ids.
      if (id !== LOCAL_ID || terms === undefined || nested) return;
      const message = parseReceiptMessage(payload);
      if (message.type === 'receipts') await settle(message.receipts, terms);
      if (message.type === 'refused') terms.told(`${message.code}: ${message.message}`);
    },
    async received(piece) {
      if (terms === undefined || remote === undefined) return;
      const { infohash } = metainfo;
      const bytes = pieceBytes(metainfo, piece);
      const sender = remote.counterpart.publicKey;
      const signed = terms.signer.sign({ infohash, sender, piece, bytes, epoch: terms.epoch() });
      const payload = encodeReceiptMessage({ type: 'receipts', receipts: [signed] });
      await wire.send({ type: 'extended', id: remote.id, payload });
    },
    claims: () => remote?.claims,
  };
}

function claimsOn(metainfo: Metainfo, counterpart: Counterpart, { tracker, signer, epoch }: ReceiptTerms): Claims {
  return createClaims({
    tracker,
    infohash: metainfo.infohash,
    sender: signer.publicKey,
    counterpart,
    pieceBytes: (piece) => pieceBytes(metainfo, piece),
    epoch,
  });
}

function self(): AssayError {
  return new AssayError('malformed', 'certificate: of the same user', { field: 'self' });
}

function tooMany(): AssayError {
  return new AssayError('malformed', `extended handshake: more than ${MOST_HANDSHAKES}`, { field: 'handshake' });
}
