import { AssayError } from '@assay/verify';
import type { JsonObject } from '@assay/verify/codec';
import { describe, expect, test } from 'vitest';
import { PEER_LIMITS } from './limits.ts';
import type { KeptReceipt } from './receipting.ts';
import { createReporter } from './reporter.ts';

const receipt = (certificate: number, number: number): KeptReceipt => ({
  certificate: Uint8Array.of(certificate),
  receipt: Uint8Array.of(number),
  signature: Uint8Array.of(number),
});
const all = (outcome: string, count: number, more: JsonObject = {}): JsonObject => ({
  verdicts: Array.from({ length: count }, () => ({ outcome, ...more })),
});

describe('a reporter', () => {
  test('sends a group for each certificate', async () => {
    const sent: (readonly JsonObject[])[] = [];
    const reporter = createReporter((groups) => {
      sent.push(groups);
      return Promise.resolve(all('counted', 3));
    });
    for (const [certificate, number] of [
      [1, 1],
      [2, 2],
      [1, 3],
    ] as const)
      reporter.keep(receipt(certificate, number));
    await reporter.flush();
    expect(sent).toEqual([
      [
        { certificate: 'AQ==', receipts: ['AQ==', 'Aw=='], signatures: ['AQ==', 'Aw=='] },
        { certificate: 'Ag==', receipts: ['Ag=='], signatures: ['Ag=='] },
      ],
    ]);
  });

  test('sends much in several reports, and counts what was refused by code', async () => {
    const sizes: number[] = [];
    const reporter = createReporter(([group]) => {
      const count = Array.isArray(group?.receipts) ? group.receipts.length : 0;
      sizes.push(count);
      return Promise.resolve(sizes.length === 1 ? all('counted', count) : all('refused', count, { code: 'bytes' }));
    });
    const many = PEER_LIMITS.reportedReceipts + 2;
    for (let number = 0; number < many; number += 1) reporter.keep(receipt(1, number % 256));
    await reporter.flush();
    expect(sizes).toEqual([PEER_LIMITS.reportedReceipts, 2]);
    expect(reporter.statistics()).toEqual({ kept: 0, counted: PEER_LIMITS.reportedReceipts, refused: { bytes: 2 } });
  });

  test('keeps what could not be reported, also where the answer has other verdicts than receipts', async () => {
    const answers = [
      () => Promise.reject(new AssayError('unavailable', 'away')),
      () => Promise.resolve(all('counted', 2)),
      () => Promise.resolve({}),
      () => Promise.resolve(all('duplicate', 1)),
    ];
    const reporter = createReporter(() => answers.shift()?.() ?? Promise.reject(new Error('asked too often')));
    reporter.keep(receipt(1, 1));
    await expect(reporter.flush()).rejects.toThrow('away');
    await expect(reporter.flush()).rejects.toThrow('expected 1 verdicts');
    await expect(reporter.flush()).rejects.toThrow('expected 1 verdicts');
    expect(reporter.pending()).toHaveLength(1);
    await reporter.flush();
    expect(reporter.statistics()).toEqual({ kept: 0, counted: 1, refused: {} });
  });

  test('keeps only so many, the newest', () => {
    const reporter = createReporter(() => Promise.resolve({}));
    for (let number = 0; number <= PEER_LIMITS.keptReceipts; number += 1) reporter.keep(receipt(1, number % 2));
    expect(reporter.pending()).toHaveLength(PEER_LIMITS.keptReceipts);
    expect(reporter.pending()[0]?.receipt).toEqual(Uint8Array.of(1));
  });
});
