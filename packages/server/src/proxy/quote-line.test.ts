import { AssayError } from '@assay/verify';
import { describe, expect, test } from 'vitest';
import { handMadeAttester, until } from '../../../../tools/hand-made-attester.ts';
import { createQuoteLine, type QuoteLineOptions } from './quote-line.ts';

const now = new Date('2026-11-20T12:00:00Z');
const reportData = new Uint8Array(64).fill(7);
const envelope = { evidence: Uint8Array.of(1) };
const lineOf = (options: Partial<QuoteLineOptions> = {}) => {
  const { attester, asked } = handMadeAttester();
  return { line: createQuoteLine(attester, { clock: () => now, ...options }), asked };
};

describe('the line before the hardware', () => {
  test('lets in one after the other, in the order in which they came', async () => {
    const { line, asked } = lineOf();
    const made = [1, 2, 3].map((byte) => line.evidence({ reportData: new Uint8Array(64).fill(byte) }));
    for (const [index, each] of made.entries()) {
      await until(() => asked.length > index);
      expect(asked).toHaveLength(index + 1);
      expect(asked[index]?.request.reportData[0]).toBe(index + 1);
      expect(line.activity()).toMatchObject({ making: true, waiting: 2 - index });
      asked[index]?.answer(envelope);
      await each;
    }
    expect(line.activity()).toEqual({
      making: false,
      waiting: 0,
      last: { at: now.toISOString(), outcome: 'made' },
    });
  });

  test('goes on after a failure, and remembers why', async () => {
    const { line, asked } = lineOf();
    const [first, second] = [line.evidence({ reportData }), line.evidence({ reportData })];
    await until(() => asked.length === 1);
    asked[0]?.fail(new AssayError('unavailable', 'outblob:\nno such device'));
    await expect(first).rejects.toThrow('no such device');
    expect(line.activity().last).toMatchObject({ outcome: 'failed', error: 'outblob: no such device' });
    await until(() => asked.length === 2);
    asked[1]?.answer(envelope);
    expect(await second).toBe(envelope);
  });

  test('answers at the deadline, and lets nobody in while the hardware hangs', async () => {
    const { line, asked } = lineOf({ timeoutMs: 5 });
    await expect(line.evidence({ reportData })).rejects.toThrow(/within 5 ms/);
    expect(asked[0]?.request.signal?.aborted).toBe(true);
    expect(line.activity()).toMatchObject({ making: true, last: { outcome: 'failed' } });
    await expect(line.evidence({ reportData })).rejects.toThrow(/within 5 ms/);
    expect([asked.length, line.activity().waiting]).toEqual([1, 0]);
    asked[0]?.answer(envelope);
    await until(() => !line.activity().making);
  });

  test('is left by whoever calls it off, and says nothing of the hardware then', async () => {
    const { line, asked } = lineOf();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = line.evidence({ reportData, signal: one.signal });
    const second = line.evidence({ reportData, signal: two.signal });
    await until(() => asked.length === 1);
    two.abort(new Error('left'));
    await expect(second).rejects.toThrow('left');
    one.abort(new Error('left, too'));
    await expect(first).rejects.toThrow('left, too');
    expect(line.activity()).toEqual({ making: true, waiting: 0, last: null });
    asked[0]?.fail(new Error('called off'));
    await until(() => !line.activity().making);
  });

  test('is not joined when it is full', async () => {
    const { line, asked } = lineOf({ limit: 1 });
    const made = [line.evidence({ reportData }), line.evidence({ reportData })];
    await expect(line.evidence({ reportData })).rejects.toThrow(/^1 requests wait for a quote already/);
    expect(line.activity().last).toBeNull();
    for (const index of [0, 1]) {
      await until(() => asked.length > index);
      asked[index]?.answer(envelope);
    }
    await Promise.all(made);
  });
});
