import { describe, expect, test } from 'vitest';
import { Problem } from '../problem/problem.ts';
import { callerOf, expectAdmin, newApiKey, parseApiKeys } from './api-keys.ts';

const random = (fill: number) => (length: number) => new Uint8Array(length).fill(fill);
const shop = newApiKey({ id: 'shop', role: 'caller' }, random(1));
const ops = newApiKey({ id: 'ops', role: 'admin' }, random(2));
const keys = parseApiKeys(`# callers\n${shop.line}\n\n${ops.line}\r\n`, 'keys');

const asking = (authorization?: string): Request =>
  new Request('http://localhost/', { headers: authorization === undefined ? {} : { authorization } });
const problemOf = (ask: () => unknown): readonly unknown[] => {
  try {
    ask();
  } catch (error) {
    return error instanceof Problem ? [error.code, error.field] : [error];
  }
  return ['nothing'];
};

describe('an API key', () => {
  test('has 256 bits, and its line has the hash alone', () => {
    expect(shop.key).toBe(`assay_${'AQEB'.repeat(10)}AQE`);
    expect(shop.line).toMatch(/^shop caller [0-9a-f]{64}$/);
    expect(shop.line).not.toContain(shop.key.slice(6));
  });

  test('names its caller', () => {
    expect(callerOf(asking(`Bearer ${shop.key}`), keys)).toEqual({ id: 'shop', role: 'caller' });
    expect(callerOf(asking(`bearer  ${ops.key}`), keys)).toEqual({ id: 'ops', role: 'admin' });
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer assay_',
    `Basic ${shop.key}`,
    `Bearer ${shop.key.slice(0, -1)}A`,
    `Bearer ${shop.key} ${ops.key}`,
    `Bearer ${shop.line.slice(-64)}`,
  ])('is refused as %j', (authorization) => {
    expect(problemOf(() => callerOf(asking(authorization), keys))).toEqual(['unauthorized', 'authorization']);
  });

  test('writes policies when it is of an admin only', () => {
    expect(problemOf(() => expectAdmin({ id: 'shop', role: 'caller' }))).toEqual(['forbidden', undefined]);
    expect(problemOf(() => expectAdmin({ id: 'ops', role: 'admin' }))).toEqual(['nothing']);
  });
});

describe('a file of keys', () => {
  test('may have several keys of one caller', () => {
    const next = newApiKey({ id: 'shop', role: 'caller' }, random(3));
    const both = parseApiKeys(`${shop.line}\n${next.line}`, 'keys');
    expect([shop, next].map(({ key }) => callerOf(asking(`Bearer ${key}`), both).id)).toEqual(['shop', 'shop']);
  });

  test.each([
    [`shop ${shop.line}`, 'keys line 1: expected ID, caller or admin'],
    [`${shop.line}\n${shop.key}`, 'keys line 2: expected ID, caller or admin'],
    ['shop root 00', 'keys line 1: expected ID, caller or admin'],
    [shop.line.replace('shop', 'Shop'), 'keys line 1: expected ID, caller or admin'],
    [`${shop.line}\n${shop.line}`, 'keys line 2: the same key twice'],
    [`${shop.line}\n${ops.line.replace('ops', 'shop')}`, 'keys line 2: shop has two roles'],
  ])('is refused with its line (%#)', (text, message) => {
    expect(() => parseApiKeys(text, 'keys')).toThrow(message);
  });

  test('is never repeated in a message: a key may stand in it by mistake', () => {
    expect(() => parseApiKeys(shop.key, 'keys')).not.toThrow(shop.key);
  });

  test('gets no line for an id that is none', () => {
    expect(() => newApiKey({ id: 'a shop', role: 'caller' }, random(1))).toThrow('"a shop" is no id');
  });
});
