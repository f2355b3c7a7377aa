import { AssayError } from '@assay/verify';
import { parseJsonObject, utf8 } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import { describe, expect, test } from 'vitest';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import type { Attester } from '../attester.ts';
import { type Batcher, type BatcherOptions, createBatcher } from './batcher.ts';
import type { StatementRequest } from './statement.ts';

const nonceOf = (index: number): string => index.toString(16).padStart(32, '0');
const about = (index: number, more: Partial<StatementRequest> = {}): StatementRequest => ({
  type: 'attestation',
  nonce: nonceOf(index),
  aud: null,
  keys: [],
  claims: {},
  ...more,
});
const evidence = utf8('a quote');
const speaker = { instance: 'ab'.repeat(32), clock: () => new Date('2026-11-20T10:00:00.999Z') };
const batcherOf = (attester: Attester, options: Partial<BatcherOptions> = {}): Batcher =>
  createBatcher(attester, { ...speaker, ...options });
const nonceIn = ({ statement }: Envelope): unknown =>
  parseJsonObject(new TextDecoder().decode(statement), 'statement').nonce;
const refusal = async (promise: Promise<unknown>): Promise<AssayError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AssayError) return error;
  throw new Error(`expected an AssayError, found ${String(error)}`);
};

describe('a failing quote', () => {
  test('fails each of its challengers with an error of its own, and the next batch goes on', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    const lone = batcher.issue(about(0));
    await until(() => asked.length === 1);
    const both = [1, 2].map((index) => batcher.issue(about(index)));
    asked[0]?.answer({ evidence });
    await lone;
    await until(() => asked.length === 2);
    const last = batcher.issue(about(3));
    const cause = new AssayError('unavailable', '/dev/tdx_guest: EBUSY; ask again', { field: 'tsm' });
    const errors = both.map(refusal);
    asked[1]?.fail(cause);
    const [one, other] = await Promise.all(errors);
    expect(one).not.toBe(other);
    for (const error of [one, other]) {
      expect(error).toMatchObject({ code: 'unavailable', details: { field: 'tsm' }, cause });
      expect(error?.message).toBe('the quote of this batch failed: /dev/tdx_guest: EBUSY; ask again');
    }
    await until(() => asked.length === 3);
    asked[2]?.answer({ evidence });
    expect(nonceIn(await last)).toBe(nonceOf(3));
  });

  test('with an error that nobody foresaw is `unavailable`, its words in the cause alone', async () => {
    const { attester, asked } = handMadeAttester();
    const issued = refusal(batcherOf(attester).issue(about(1)));
    await until(() => asked.length === 1);
    const cause = new TypeError('secret is undefined');
    asked[0]?.fail(cause);
    const error = await issued;
    expect(error).toMatchObject({ code: 'unavailable', cause });
    expect(error.message).not.toContain('secret');
  });

  test('is what broken randomness is, too: no statement goes out without a salt', async () => {
    const { attester, asked } = handMadeAttester();
    const random = (): Uint8Array => new Uint8Array(3);
    expect(await refusal(batcherOf(attester, { random }).issue(about(1)))).toMatchObject({ code: 'usage' });
    expect(asked).toEqual([]);
  });
});

describe('refused at once', () => {
  test('whoever comes when as many wait as may', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester, { limit: 2 });
    const first = batcher.issue(about(0));
    await until(() => asked.length === 1);
    const issued = [1, 2].map((index) => batcher.issue(about(index)));
    const error = await refusal(batcher.issue(about(3)));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toMatch(/^2 statements wait for a quote already; ask again later$/);
    asked[0]?.answer({ evidence });
    await until(() => asked.length === 2);
    // The two are no longer waiting: their quote is being made.
    const next = batcher.issue(about(4));
    asked[1]?.answer({ evidence });
    await until(() => asked.length === 3);
    asked[2]?.answer({ evidence });
    expect((await Promise.all([first, ...issued, next])).map(nonceIn)).toEqual([0, 1, 2, 4].map(nonceOf));
  });

  test('a statement out of range, alone', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    const fine = batcher.issue(about(1));
    expect(await refusal(batcher.issue(about(2, { nonce: 'AB'.repeat(16) })))).toMatchObject({ code: 'malformed' });
    await expect(batcher.issue(about(2, { aud: 'x'.repeat(513) }))).rejects.toThrow(/^aud: /);
    await until(() => asked.length === 1);
    asked[0]?.answer({ evidence });
    expect(nonceIn(await fine)).toBe(nonceOf(1));
    await batcher.close();
    expect(asked).toHaveLength(1);
  });

  test.each([0, 65_537, 1.5, Number.NaN])('a limit of %d', (limit) => {
    expect(() => batcherOf(handMadeAttester().attester, { limit })).toThrow(/^limit: expected 1 to 65536/);
  });
});

describe('a challenger who leaves', () => {
  test('while waiting makes room, and is in no batch', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester, { limit: 1 });
    const first = batcher.issue(about(0));
    await until(() => asked.length === 1);
    const controller = new AbortController();
    const leaving = batcher.issue(about(1), controller.signal);
    controller.abort(new Error('gone home'));
    await expect(leaving).rejects.toThrow('gone home');
    const other = batcher.issue(about(2));
    asked[0]?.answer({ evidence });
    await until(() => asked.length === 2);
    asked[1]?.answer({ evidence });
    expect(nonceIn(await first)).toBe(nonceOf(0));
    expect((await other).proof).toMatchObject({ index: 0, size: 2 });
  });

  test('while the quote is made is let go at once, and its neighbours get theirs', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    const first = batcher.issue(about(0));
    await until(() => asked.length === 1);
    const controller = new AbortController();
    const leaving = batcher.issue(about(1), controller.signal);
    const staying = batcher.issue(about(2));
    asked[0]?.answer({ evidence });
    await first;
    await until(() => asked.length === 2);
    controller.abort(new Error('gone home'));
    await expect(leaving).rejects.toThrow('gone home');
    asked[1]?.answer({ evidence });
    expect((await staying).proof).toMatchObject({ index: 1, size: 2 });
  });

  test('before the turn is over, and leaves nobody, causes no quote', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    const controller = new AbortController();
    const leaving = batcher.issue(about(0), controller.signal);
    controller.abort(new Error('gone home'));
    await expect(leaving).rejects.toThrow('gone home');
    await batcher.close();
    expect(asked).toEqual([]);
  });

  test('before he came gets no statement', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    await expect(batcher.issue(about(1), AbortSignal.abort(new Error('gone home')))).rejects.toThrow('gone home');
    await batcher.close();
    expect(asked).toEqual([]);
  });
});

describe('closing', () => {
  test('refuses who comes, and waits for all who came before', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    const first = batcher.issue(about(0));
    await until(() => asked.length === 1);
    const second = batcher.issue(about(1));
    let closed = false;
    const closing = Promise.all([batcher.close(), batcher.close()]).then(() => {
      closed = true;
    });
    expect((await refusal(batcher.issue(about(2)))).message).toMatch(/^the attester is being stopped; /);
    asked[0]?.answer({ evidence });
    await until(() => asked.length === 2);
    expect(closed).toBe(false);
    asked[1]?.answer({ evidence });
    await closing;
    expect((await Promise.all([first, second])).map(nonceIn)).toEqual([0, 1].map(nonceOf));
  });

  test('waits for nothing when nobody is there', async () => {
    const { attester } = handMadeAttester();
    await expect(batcherOf(attester).close()).resolves.toBeUndefined();
  });
});
