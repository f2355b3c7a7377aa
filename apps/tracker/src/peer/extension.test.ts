import { AssayError } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBencode } from '../bencode/decode.ts';
import { encodeBencode } from '../bencode/encode.ts';
import type { Bencode } from '../bencode/value.ts';
import {
  encodeExtendedHandshake,
  encodeReceiptMessage,
  parseExtendedHandshake,
  parseReceiptMessage,
} from './extension.ts';

const dictionary = (members: Readonly<Record<string, Bencode>>) => new Map(Object.entries(members));
const bencoded = (members: Readonly<Record<string, Bencode>>) => plain(encodeBencode(dictionary(members)));
/** Without Node's own kind of bytes, which compares as another one. */
const plain = (bytes: Uint8Array) => new Uint8Array(bytes);
const certificate = Uint8Array.of(1, 2, 3);

/** What parses, or says that it is malformed; nothing else. */
function total(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    parse(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    expect(error).toHaveProperty('code', 'malformed');
  }
}

describe('the extended handshake (BEP 10)', () => {
  test('has an integer for the extension, and the certificate beside m', () => {
    const text = Buffer.from(encodeExtendedHandshake(certificate)).toString('latin1');
    expect(text).toBe('d1:md10:pt_receipti1ee10:pt_receiptd11:certificate3:\x01\x02\x031:vi1ee4:reqqi512e1:v5:Assaye');
    expect(parseExtendedHandshake(plain(encodeExtendedHandshake(certificate)))).toEqual({
      receipts: { id: 1, certificate },
      nested: false,
      advice: undefined,
    });
  });

  test('offers nothing without a certificate', () => {
    const { receipts } = parseExtendedHandshake(encodeExtendedHandshake(undefined));
    expect(receipts).toBeUndefined();
  });

  test('names the id of the sender, which is any of 1 to 255', () => {
    const offer = dictionary({ v: 1, certificate });
    const with_ = (id: number) => bencoded({ m: dictionary({ pt_receipt: id, ut_metadata: 3 }), pt_receipt: offer });
    expect(parseExtendedHandshake(with_(200)).receipts?.id).toBe(200);
    expect(() => parseExtendedHandshake(with_(256))).toThrow('m.pt_receipt: expected 0 to 255');
    expect(() => parseExtendedHandshake(with_(-1))).toThrow('m.pt_receipt: expected 0 to 255');
  });

  test('0 turns the extension off, and a later version is not spoken', () => {
    const offer = (v: number) => dictionary({ v, certificate });
    expect(parseExtendedHandshake(bencoded({ m: dictionary({ pt_receipt: 0 }) })).receipts).toBeUndefined();
    const later = bencoded({ m: dictionary({ pt_receipt: 1 }), pt_receipt: offer(2) });
    expect(parseExtendedHandshake(later).receipts).toBeUndefined();
  });

  test('knows the nested form of older trackers, which offers nothing', () => {
    const nested = dictionary({ receipt: 1, receipt_batch: 2, request_receipt: 3 });
    const found = parseExtendedHandshake(bencoded({ m: dictionary({ pbts: nested }) }));
    expect(found).toMatchObject({ receipts: undefined, nested: true });
  });

  test('needs a certificate with an offer', () => {
    const without = bencoded({ m: dictionary({ pt_receipt: 1 }), pt_receipt: dictionary({ v: 1 }) });
    expect(() => parseExtendedHandshake(without)).toThrow('pt_receipt.certificate: expected bytes');
  });

  test('any bytes are read or malformed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => total(parseExtendedHandshake, bytes)));
  });
});

describe('messages of the extension', () => {
  const signed = { receipt: utf8('receipt'), signature: new Uint8Array(64) };

  test('carry receipts with their signatures, in order', () => {
    const message = { type: 'receipts', receipts: [signed, { ...signed, receipt: utf8('next') }] } as const;
    expect(parseReceiptMessage(plain(encodeReceiptMessage(message)))).toEqual(message);
  });

  test('say why a receipt is of no use', () => {
    const message = { type: 'refused', code: 'bytes', message: 'receipt: 1 bytes, sent were 2' } as const;
    expect(parseReceiptMessage(plain(encodeReceiptMessage(message)))).toEqual(message);
    expect(decodeBencode(plain(encodeReceiptMessage(message)))).toEqual(
      dictionary({ t: 1, code: utf8('bytes'), message: utf8('receipt: 1 bytes, sent were 2') }),
    );
  });

  test('of later versions are passed over', () => {
    expect(parseReceiptMessage(bencoded({ t: 7, x: 1 }))).toEqual({ type: 'unknown' });
  });

  test.each<readonly [string, Readonly<Record<string, Bencode>>, string]>([
    ['no type', {}, 't: expected a number'],
    [
      '33 receipts',
      { t: 0, r: Array.from({ length: 33 }, () => certificate), s: [] },
      'r: expected a list of at most 32',
    ],
    ['a signature too few', { t: 0, r: [certificate], s: [] }, 's: expected one for each of r'],
    ['a number among receipts', { t: 0, r: [1], s: [certificate] }, 'r: expected a list of at most 32'],
    [
      'a long text',
      { t: 1, code: new Uint8Array(65), message: certificate },
      'code: expected text of at most 64 bytes',
    ],
  ])('with %s are malformed', (_name, members, message) => {
    expect(() => parseReceiptMessage(bencoded(members))).toThrow(message);
  });

  test('any bytes are read or malformed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => total(parseReceiptMessage, bytes)));
  });
});
