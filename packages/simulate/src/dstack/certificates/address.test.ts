import { BlockList } from 'node:net';
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

test('every address is read as Node reads it, other texts are none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
      const bytes = addressBytes(text);
      if (bytes === undefined) return;
      const groups = (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':');
      const [written, family] = bytes.length === 4 ? ([bytes.join('.'), 'ipv4'] as const) : ([groups, 'ipv6'] as const);
      const same = new BlockList();
      same.addAddress(text, family);
      expect(same.check(written, family)).toBe(true);
    }),
  );
});
