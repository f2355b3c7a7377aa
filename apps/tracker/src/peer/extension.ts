import { AssayError } from '@assay/verify';
import { fromUtf8, utf8 } from '@assay/verify/codec';
import { decodeBencode } from '../bencode/decode.ts';
import { encodeBencode } from '../bencode/encode.ts';
import type { Bencode, BencodeDictionary } from '../bencode/value.ts';
import { PEER_LIMITS } from './limits.ts';

/** The extension's name in `m` (BEP 10). */
export const PT_RECEIPT = 'pt_receipt';
/** The id under which this peer takes its messages. */
export const LOCAL_ID = 1;
/** The version that this peer speaks. */
const VERSION = 1;

/** What a peer that knows receipts says of itself. */
export interface ReceiptOffer {
  /** The id under which it takes messages, 1 to 255. */
  readonly id: number;
  /** Certificate of its session key, which names tracker and long-term key. */
  readonly certificate: Uint8Array;
}

/** An extended handshake, as far as it matters here. */
export interface ExtendedHandshake {
  /** Undefined where receipts are not spoken, or not in this version. */
  readonly receipts: ReceiptOffer | undefined;
  /** Whether it has the nested form of older trackers, with a dictionary where BEP 10 has an integer. */
  readonly nested: boolean;
  /** What the other side has to say about ours; undefined mostly. */
  readonly advice: string | undefined;
}

/** Writes an extended handshake. Without a certificate receipts are not offered; `advice` is for who sent the nested form. */
export function encodeExtendedHandshake(certificate: Uint8Array | undefined, advice?: string): Uint8Array {
  const offer = new Map<string, Bencode>([['v', VERSION]]);
  if (certificate !== undefined) offer.set('certificate', certificate);
  if (advice !== undefined) offer.set('advice', utf8(advice));
  const offers = certificate !== undefined || advice !== undefined;
  return encodeBencode(
    new Map<string, Bencode>([
      ['m', new Map(certificate === undefined ? [] : [[PT_RECEIPT, LOCAL_ID]])],
      ...(offers ? [[PT_RECEIPT, offer] as const] : []),
      ['reqq', PEER_LIMITS.requests],
      ['v', utf8('Assay')],
    ]),
  );
}

/** What is said to who sent the nested form. */
export const NESTED_ADVICE =
  'm.pbts is a dictionary; BEP 10 has an integer for each message: send m.pt_receipt as an integer, and a certificate';

/** Reads an extended handshake. Throws `malformed` where it is none, or its `pt_receipt` is wrong. */
export function parseExtendedHandshake(payload: Uint8Array): ExtendedHandshake {
  const handshake = dictionary(decodeBencode(payload), 'extended handshake');
  const ids = handshake.get('m');
  const names = ids instanceof Map ? ids : new Map<string, Bencode>();
  const nested = [...names].some(([name, id]) => (name === 'pbts' || name === PT_RECEIPT) && id instanceof Map);
  const offer = handshake.get(PT_RECEIPT);
  const words = offer instanceof Map ? offer.get('advice') : undefined;
  const advice = words instanceof Uint8Array ? fromUtf8(words.subarray(0, 500), 'pt_receipt.advice') : undefined;
  const id = names.get(PT_RECEIPT);
  // 0 turns an extension off (BEP 10).
  if (typeof id !== 'number' || id === 0) return { receipts: undefined, nested, advice };
  if (id < 0 || id > 255) throw malformed('m.pt_receipt', 'expected 0 to 255');
  const { v, certificate } = Object.fromEntries(dictionary(offer, PT_RECEIPT));
  if (v !== VERSION) return { receipts: undefined, nested, advice };
  if (!(certificate instanceof Uint8Array)) throw malformed('pt_receipt.certificate', 'expected bytes');
  return { receipts: { id, certificate }, nested, advice };
}

/** A receipt's canonical bytes, and the session key's signature over them. */
export interface SignedReceipt {
  readonly receipt: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** A message of the extension. */
export type ReceiptMessage =
  | { readonly type: 'receipts'; readonly receipts: readonly SignedReceipt[] }
  /** The sender has no use for a receipt, and sends no more until he gets a better one. */
  | { readonly type: 'refused'; readonly code: string; readonly message: string }
  /** Of a later version: passed over. */
  | { readonly type: 'unknown' };

const TYPE = { receipts: 0, refused: 1 } as const;

/** Writes a message: a dictionary with `t`, and `r` and `s` or `code` and `message`. */
export function encodeReceiptMessage(message: Exclude<ReceiptMessage, { readonly type: 'unknown' }>): Uint8Array {
  const members: readonly (readonly [string, Bencode])[] =
    message.type === 'receipts'
      ? [
          ['r', message.receipts.map(({ receipt }) => receipt)],
          ['s', message.receipts.map(({ signature }) => signature)],
        ]
      : [
          ['code', utf8(message.code)],
          ['message', utf8(message.message)],
        ];
  return encodeBencode(new Map<string, Bencode>([['t', TYPE[message.type]], ...members]));
}

/** Reads a message. Throws `malformed`. */
export function parseReceiptMessage(payload: Uint8Array): ReceiptMessage {
  const { t, r, s, code, message } = Object.fromEntries(dictionary(decodeBencode(payload), 'message'));
  if (typeof t !== 'number') throw malformed('t', 'expected a number');
  if (t === TYPE.refused)
    return { type: 'refused', code: words(code, 'code', 64), message: words(message, 'message', 500) };
  if (t !== TYPE.receipts) return { type: 'unknown' };
  const receipts = list(r, 'r');
  const signatures = list(s, 's');
  if (receipts.length !== signatures.length) throw malformed('s', 'expected one for each of r');
  return {
    type: 'receipts',
    receipts: receipts.map((receipt, index) => ({ receipt, signature: signatures[index] ?? new Uint8Array() })),
  };
}

function list(value: Bencode | undefined, field: string): readonly Uint8Array[] {
  const items = Array.isArray(value) ? value.filter((item) => item instanceof Uint8Array) : [];
  if (Array.isArray(value) && items.length === value.length && items.length <= PEER_LIMITS.receipts) return items;
  throw malformed(field, `expected a list of at most ${PEER_LIMITS.receipts} strings`);
}

function words(value: Bencode | undefined, field: string, most: number): string {
  if (value instanceof Uint8Array && value.length <= most) return fromUtf8(value, field);
  throw malformed(field, `expected text of at most ${most} bytes`);
}

function dictionary(value: Bencode | undefined, field: string): BencodeDictionary {
  if (value instanceof Map) return value;
  throw malformed(field, 'expected a dictionary');
}

function malformed(field: string, message: string): AssayError {
  return new AssayError('malformed', `${field}: ${message}`, { field });
}
