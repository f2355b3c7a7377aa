import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, sequence } from '../../../../tools/der-in-tests.ts';
import { attempt } from '../errors.ts';
import { childrenOf, contentsOf, type Der, encodingOf, expectTag, readDer, readWholeDer, TAG } from './der.ts';
import { fromHex } from './hex.ts';

const whole = (hex: string): Der => readWholeDer(fromHex(hex), 'value');

describe('lengths (X.690 section 10.1)', () => {
  test.each([
    ['0400', 0],
    [`047f${'00'.repeat(127)}`, 127],
    [`048180${'00'.repeat(128)}`, 128],
    [`0481ff${'00'.repeat(255)}`, 255],
    [`04820100${'00'.repeat(256)}`, 256],
  ])('%.12s… has %d bytes', (hex, length) => {
    expect(contentsOf(whole(hex))).toHaveLength(length);
  });

  test.each([
    ['', 'cut short at 0'],
    ['04', 'cut short at 0'],
    ['0401', 'length 1 at 0 exceeds what is there'],
    ['040201', 'length 2 at 0 exceeds what is there'],
    ['0480', 'length form 0x80'],
    ['3080020101' + '0000', 'length form 0x80'],
    ['04850000000001' + '00', 'length form 0x85'],
    ['04ff', 'length form 0xff'],
    ['048100', 'not minimal'],
    [`04817f${'00'.repeat(127)}`, 'not minimal'],
    [`04820080${'00'.repeat(128)}`, 'not minimal'],
    [`0483000100${'00'.repeat(256)}`, 'not minimal'],
    ['04840000000100', 'not minimal'],
    ['0481', 'not minimal'],
    ['0484ffff', 'exceeds what is there'],
    ['04843b9aca00' + '00', 'length 1000000000 at 0 exceeds what is there'],
    ['0484ffffffff' + '00', 'length 4294967295 at 0 exceeds what is there'],
    ['1f0100', 'multi-byte tag'],
    ['3f8101' + '00', 'multi-byte tag'],
    ['040000', '1 bytes after its end'],
  ])('refuses %.16s: %s', (hex, reason) => {
    expect(() => whole(hex)).toThrow(reason);
    expect(() => whole(hex)).toThrow(expect.objectContaining({ code: 'malformed' }));
  });
});

describe('children', () => {
  test('are read in order, as views', () => {
    const source = sequence(der(TAG.integer, Uint8Array.of(1)), der(TAG.null));
    const [first, second, ...rest] = childrenOf(readWholeDer(source, 'x'));
    expect([first?.tag, second?.tag, rest.length]).toEqual([TAG.integer, TAG.null, 0]);
    expect(first && encodingOf(first)).toEqual(fromHex('020101'));
    expect(first && contentsOf(first).buffer).toBe(source.buffer);
  });

  test('cannot reach beyond their parent, although there are bytes', () => {
    const source = fromHex('30030202010500');
    const parent = readDer(source);
    expect(parent.end).toBe(5);
    expect(() => childrenOf(parent)).toThrow('length 2 at 2 exceeds what is there');
    expect(() => childrenOf(readDer(fromHex('3001020100')))).toThrow('cut short at 2');
    expect(() => childrenOf(readDer(fromHex('300204820100')))).toThrow('exceeds what is there');
  });

  test('are bounded in number', () => {
    const many = sequence(...Array.from({ length: 5000 }, () => der(TAG.null)));
    expect(() => childrenOf(readWholeDer(many, 'x'))).toThrow('more than 4096 elements');
    expect(() => childrenOf(readWholeDer(many, 'x'), 4999)).toThrow('more than 4999');
    expect(childrenOf(readWholeDer(many, 'x'), 5000)).toHaveLength(5000);
  });

  test('a wrong tag is named, and so is nothing', () => {
    expect(() => expectTag(whole('0500'), TAG.sequence, 'issuer')).toThrow('issuer: expected DER tag 0x30, found 0x5');
    expect(() => expectTag(undefined, TAG.set, 'issuer')).toThrow('issuer: expected DER tag 0x31, found nothing');
  });
});

describe('whatever the bytes', () => {
  test('one element is read or refused, and encodes to what was read', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(
          fc.constantFrom(0x30, 0x04, 0x02),
          fc.constantFrom(0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0xff, 5),
          fc.uint8Array({ maxLength: 300 }),
        )
        .map(([tag, length, rest]) => Uint8Array.of(tag, length, ...rest)),
    );
    fc.assert(
      fc.property(bytes, fc.nat(8), (source, offset) => {
        const read = attempt(() => readDer(source, offset));
        if (!('value' in read)) return;
        const { tag, start, content, end } = read.value;
        expect(start <= content && content <= end && end <= source.length).toBe(true);
        expect(der(tag, contentsOf(read.value))).toEqual(encodingOf(read.value));
      }),
      { numRuns: 500 },
    );
  });

  test('a megabyte of nesting takes no stack: readers go down level by level, at their own pace', () => {
    // Lengths from the inside out, so that 250,000 sequences lie one in the other.
    const depth = 250_000;
    const source = new Uint8Array(4 * depth + 2 * depth);
    let at = source.length;
    for (let length = 0; at >= 6 && length < 2 ** 24; ) {
      const size = length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 4;
      at -= size + 1;
      source[at] = 0x30;
      source[at + 1] = size === 1 ? length : 0x80 | (size - 1);
      for (let i = 0; i < size - 1; i += 1) source[at + 2 + i] = length >>> (8 * (size - 2 - i));
      length += size + 1;
    }
    const outermost = readDer(source, at);
    expect(outermost.end).toBe(source.length);
    expect(childrenOf(outermost)).toHaveLength(1);
  });

  test('trees come back', () => {
    const { tree } = fc.letrec<{ tree: Uint8Array }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc
          .tuple(fc.constantFrom(1, 2, 4, 5, 0x80), fc.uint8Array({ maxLength: 200 }))
          .map(([tag, data]) => der(tag, data)),
        fc
          .tuple(fc.constantFrom(0x30, 0x31, 0xa0), fc.array(tie('tree'), { maxLength: 5 }))
          .map(([tag, items]) => der(tag, ...items)),
      ),
    }));
    const rebuild = (element: Der): Uint8Array =>
      (element.tag & 0x20) === 0
        ? der(element.tag, contentsOf(element))
        : der(element.tag, ...childrenOf(element).map(rebuild));
    fc.assert(
      fc.property(tree, (source) => {
        expect(rebuild(readWholeDer(source, 'tree'))).toEqual(source);
      }),
    );
  });
});
