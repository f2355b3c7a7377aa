import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBits } from './bits.ts';
import { encodeHandshake, parseHandshake } from './handshake.ts';
import { encodeMessage, parseMessage } from './message.ts';

describe('messages (BEP 3)', () => {
  test.each([
    [{ type: 'keep-alive' }, '00000000'],
    [{ type: 'choke' }, '0000000100'],
    [{ type: 'unchoke' }, '0000000101'],
    [{ type: 'interested' }, '0000000102'],
    [{ type: 'not-interested' }, '0000000103'],
    [{ type: 'have', piece: 258 }, '000000050400000102'],
    [{ type: 'bitfield', bits: Uint8Array.of(0xa0) }, '0000000205a0'],
    [{ type: 'request', piece: 1, begin: 16_384, length: 5 }, '0000000d06000000010000400000000005'],
    [{ type: 'piece', piece: 1, begin: 2, block: Uint8Array.of(9) }, '0000000a07000000010000000209'],
    [{ type: 'cancel', piece: 1, begin: 16_384, length: 5 }, '0000000d08000000010000400000000005'],
    [{ type: 'extended', id: 3, payload: Uint8Array.of(7) }, '00000003140307'],
  ] as const)('%o', (message, hex) => {
    const bytes = encodeMessage(message);
    expect(toHex(bytes)).toBe(hex);
    expect(parseMessage(bytes.subarray(4))).toEqual(message);
  });

  test.each([
    ['0000', 'message choke: 2 bytes, expected 1'],
    ['04000001', 'message 4: ends after 4 bytes'],
    ['060000000000000000', 'message 6: ends after 9 bytes'],
    ['0700000000', 'message 7: ends after 5 bytes'],
    ['14', 'extended message: without an id'],
  ])('%s is malformed', (hex, message) => {
    expect(() => parseMessage(Uint8Array.from(Buffer.from(hex, 'hex')))).toThrow(message);
  });

  test('of other extensions are known by their number alone', () => {
    expect(parseMessage(Uint8Array.of(14))).toEqual({ type: 'unknown', id: 14 });
  });

  test('any bytes are read or malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const message = parseMessage(bytes);
          if (message.type !== 'unknown') expect(encodeMessage(message).subarray(4)).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(AssayError);
        }
      }),
    );
  });
});

describe('the handshake', () => {
  const infohash = new Uint8Array(20).fill(1);
  const peerId = new Uint8Array(20).fill(2);

  test('says in a reserved bit that extended messages are understood (BEP 10)', () => {
    const bytes = encodeHandshake({ infohash, peerId, extended: true });
    expect(bytes).toHaveLength(68);
    expect(bytes[25]).toBe(0x10);
    expect(parseHandshake(bytes)).toEqual({ infohash, peerId, extended: true });
    expect(parseHandshake(encodeHandshake({ infohash, peerId, extended: false })).extended).toBe(false);
  });

  test('of another protocol is refused', () => {
    const bytes = encodeHandshake({ infohash, peerId, extended: true });
    bytes[1] = 0;
    expect(() => parseHandshake(bytes)).toThrow('handshake: not the BitTorrent protocol in the clear');
  });
});

describe('a bitfield', () => {
  test('has the first piece in the highest bit', () => {
    const bits = createBits(9);
    bits.add(0);
    bits.add(8);
    bits.add(9);
    expect(bits.bytes()).toEqual(Uint8Array.of(0x80, 0x80));
    expect(bits.count()).toBe(2);
  });

  test.each([
    [new Uint8Array(3), 'bitfield: 3 bytes, expected 2'],
    [Uint8Array.of(0, 0x40), 'bitfield: bits beyond the last piece'],
  ])('of %o is malformed', (bytes, message) => {
    expect(() => createBits(9, bytes)).toThrow(message);
  });
});
