import { describe, expect, test } from 'vitest';
import { lineOfCpuid, lineOfProductName, lineOfRoot } from './product.ts';

describe('the line of a processor', () => {
  test.each([
    [0x19, 0x00, 'Milan'],
    [0x19, 0x0f, 'Milan'],
    [0x19, 0x10, 'Genoa'],
    [0x19, 0x1f, 'Genoa'],
    [0x19, 0x20, undefined],
    [0x19, 0x9f, undefined],
    [0x19, 0xa0, 'Genoa'],
    [0x19, 0xaf, 'Genoa'],
    [0x19, 0xb0, undefined],
    [0x1a, 0x00, 'Turin'],
    [0x1a, 0x11, 'Turin'],
    [0x1a, 0x12, undefined],
    [0x17, 0x31, undefined],
    [0, 0, undefined],
  ])('family 0x%s, model 0x%s', (family, model, line) => {
    expect(lineOfCpuid({ family, model, stepping: 1 })).toBe(line);
  });
});

describe('the line of a product name', () => {
  test.each([
    ['Milan', 'Milan'],
    ['Milan-B0', 'Milan'],
    ['Genoa-B1', 'Genoa'],
    ['Bergamo-A0', 'Genoa'],
    ['Siena', 'Genoa'],
    ['Turin', 'Turin'],
    ['Milan-', undefined],
    ['milan', undefined],
    ['Milan-B0x', undefined],
    ['Rome', undefined],
    ['constructor', undefined],
    ['Constructor', undefined],
    ['', undefined],
  ])('%s', (name, line) => expect(lineOfProductName(name)).toBe(line));
});

test('the line of a root', () => {
  expect(lineOfRoot('ARK-Turin')).toBe('Turin');
  expect(lineOfRoot('SEV-Turin')).toBeUndefined();
  expect(lineOfRoot(undefined)).toBeUndefined();
});
