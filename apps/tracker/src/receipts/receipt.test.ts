import { concatBytes, toHex } from '@assay/verify/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blsKeyPair } from '../bls/key.ts';
import { issueCertificate, parseCertificate } from '../session/certificate.ts';
import { encodeReceipt, parseReceipt, type Receipt } from './receipt.ts';

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const whole = fc.maxSafeNat();
const half = fc.nat({ max: 0xffff_ffff });
const receipts: fc.Arbitrary<Receipt> = fc.record({
  tracker: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/),
  infohash: fc.oneof(bytes(20), bytes(32)),
  sender: bytes(48),
  receiver: bytes(48),
  piece: half,
  pieces: half,
  bytes: whole,
  epoch: whole,
  sequence: whole,
});
const plain: Receipt = {
  tracker: 't1',
  infohash: new Uint8Array(20).fill(1),
  sender: new Uint8Array(48).fill(2),
  receiver: new Uint8Array(48).fill(3),
  piece: 4,
  pieces: 5,
  bytes: 6,
  epoch: 7,
  sequence: 8,
};

describe('receipts, version 1', () => {
  test('have these bytes, which never change', () => {
    const hex = [
      Buffer.from('assay/tracker-receipt\0').toString('hex'),
      '01',
      `02${Buffer.from('t1').toString('hex')}`,
      `14${'01'.repeat(20)}`,
      '02'.repeat(48),
      '03'.repeat(48),
      '00000004',
      '00000005',
      '0000000000000006',
      '0000000000000007',
      '0000000000000008',
    ].join('');
    expect(toHex(encodeReceipt(plain))).toBe(hex);
  });

  test('are read as they were written', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        expect(parseReceipt(encodeReceipt(receipt))).toEqual(receipt);
      }),
    );
  });

  test('have one spelling: whatever is read, written again is the same bytes', () => {
    const mutated = fc.tuple(receipts, fc.nat(), fc.nat({ max: 255 })).map(([receipt, at, byte]) => {
      const encoded = encodeReceipt(receipt);
      encoded[at % encoded.length] = byte;
      return encoded;
    });
    fc.assert(
      fc.property(mutated, (encoded) => {
        let parsed: Receipt;
        try {
          parsed = parseReceipt(encoded);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed' });
          return;
        }
        expect(encodeReceipt(parsed)).toEqual(encoded);
      }),
    );
  });

  test('of two different contents are never the same bytes', () => {
    fc.assert(
      fc.property(receipts, receipts, (one, other) => {
        const same = toHex(encodeReceipt(one)) === toHex(encodeReceipt(other));
        expect(same).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test('no bytes crash the reader: they are malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (encoded) => {
        expect(() => parseReceipt(encoded)).toThrow(expect.objectContaining({ code: 'malformed' }));
      }),
    );
  });

  const encodedPlain = encodeReceipt(plain);
  test.each([
    ['cut short', encodedPlain.slice(0, -1), /^receipt sequence/],
    ['too long', concatBytes(encodedPlain, new Uint8Array(1)), /^receipt end: 1 more/],
    ['of version 2', encodedPlain.with(22, 2), /^receipt version: 2/],
    ['with another tag', encodedPlain.with(0, 0), /^receipt tag/],
    ['with an infohash of 21 bytes', encodedPlain.with(26, 21), /^receipt infohash: 21 bytes/],
    ['with a tracker of no letters', encodedPlain.with(24, 0), /^receipt tracker: expected/],
    [
      'with more bytes than a number holds',
      encodedPlain.with(encodedPlain.length - 24, 0x20),
      /^receipt bytes: more than 2\^53 - 1/,
    ],
  ])('%s are malformed', (_, encoded, message) => {
    expect(() => parseReceipt(encoded)).toThrow(message);
  });

  test.each([
    ['tracker', { tracker: 'a|b' }],
    ['infohash', { infohash: new Uint8Array(19) }],
    ['sender', { sender: new Uint8Array(47) }],
    ['receiver', { receiver: new Uint8Array(49) }],
  ])('are not written with a wrong %s', (field, other) => {
    expect(() => encodeReceipt({ ...plain, ...other })).toThrow(expect.objectContaining({ details: { field } }));
  });

  test.each([{ piece: 2 ** 32 }, { piece: -1 }, { pieces: 0.5 }, { bytes: 2 ** 53 }, { epoch: Number.NaN }])(
    'are not written with %j',
    (other) => {
      expect(() => encodeReceipt({ ...plain, ...other })).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});

describe('session certificates', () => {
  const { key } = blsKeyPair(new Uint8Array(32).fill(1));
  const content = { tracker: 't1', sessionKey: new Uint8Array(32).fill(5), lastEpoch: 9 };
  const certificate = issueCertificate(key, content);

  test('are read as they were written', () => {
    expect(parseCertificate(certificate)).toMatchObject({ ...content, publicKey: key.publicKey });
  });

  test('begin otherwise than receipts: neither passes for the other', () => {
    expect(() => parseReceipt(certificate)).toThrow(/^receipt tag/);
    expect(() => parseCertificate(encodeReceipt(plain))).toThrow(/^certificate tag/);
  });

  test('no bytes crash the reader: they are malformed', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.nat({ max: certificate.length - 1 }).map((length) => certificate.slice(0, length)),
    );
    fc.assert(
      fc.property(hostile, (hostileBytes) => {
        expect(() => parseCertificate(hostileBytes)).toThrow(expect.objectContaining({ code: 'malformed' }));
      }),
    );
  });
});
