import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes } from './address.ts';

const hex = (text: string): string | undefined => {
  const bytes = addressBytes(text);
  return bytes && Buffer.from(bytes).toString('hex');
};

test.each([
  ['127.0.0.1', '7f000001'],
  ['::', '00'.repeat(16)],
  ['::1', `${'00'.repeat(15)}01`],
  ['2001:db8::', `20010db8${'00'.repeat(12)}`],
  ['fe80::1:2', `fe80${'00'.repeat(10)}00010002`],
  ['::ffff:192.0.2.1', `${'00'.repeat(10)}ffffc0000201`],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1:0:3:0:0:0:0:8', '00010000000300000000000000000008'],
])('%s is an address', (text, bytes) => {
  expect(hex(text)).toBe(bytes);
});

test.each(['', 'localhost', '127.1', '0x7f.0.0.1', '256.0.0.1', 'fe80::1%eth0', '[::1]', ':::', '1.2.3.4:80', '10'])(
  '"%s" is none',
  (text) => {
    expect(addressBytes(text)).toBeUndefined();
  },
);

/** Bytes of what Node's `isIP` says. */
const LENGTH: Readonly<Record<number, number>> = { 0: 0, 4: 4, 6: 16 };
/** Texts that are addresses, or nearly. */
const near = fc
  .array(
    fc.constantFrom('0', '1', '00', '01', '25', '255', '256', 'ffff', 'FFFF', 'g', ':', '::', '.', '%', ' ', ']'),
    {
      maxLength: 16,
    },
  )
  .map((parts) => parts.join(''));
const groups = fc
  .array(fc.constantFrom('0', '1', 'abcd', '01', '', '12345'), { maxLength: 9 })
  .map((all) => all.join(':'));
const tails = fc
  .array(fc.constantFrom('0', '7', '255', '256', '007', ''), { maxLength: 5 })
  .map((all) => all.join('.'));
const texts = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string(),
  near,
  groups,
  tails,
  fc.tuple(groups, tails).map((both) => both.join(':')),
);

test('what Node takes for an address is one, without a zone; other texts are none', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(addressBytes(text)?.length ?? 0).toBe(text.includes('%') ? 0 : LENGTH[isIP(text)]);
    }),
    { numRuns: 2000 },
  );
});

test('an address has the bytes that Node reads', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const bytes = addressBytes(text) ?? new Uint8Array();
      const inHex = (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':');
      const [written, family] = bytes.length === 4 ? ([bytes.join('.'), 'ipv4'] as const) : ([inHex, 'ipv6'] as const);
      const same = new BlockList();
      same.addAddress(text, family);
      expect(same.check(written, family)).toBe(true);
    }),
  );
});
