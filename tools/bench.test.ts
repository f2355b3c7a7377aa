import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authenticate } from '@assay/verify';
import { fromHex } from '@assay/verify/codec';
import { parseEnvelope, serialiseEnvelope } from '@assay/verify/evidence';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { describe, expect, test } from 'vitest';
import { slowSource } from '../bench/challengers.ts';
import { samples } from '../bench/evidence.ts';
import { bareTime, dropTime, FIRST_LOAD, firstLoad, give, serveBenched } from '../bench/explorer.ts';
import { floor } from '../bench/floor.ts';
import { startMachine } from '../bench/machine.ts';
import { peer } from '../bench/peer.ts';
import { REPORTS } from '../bench/receipts.ts';
import { benchedService } from '../bench/service.ts';
import { clientOf, enrol, openAccounts, outcomesOf, report } from './accounts-in-tests.ts';
import { describeInChromium } from './explorer-in-tests.ts';

// Nothing is timed here: only that the benchmark compares like with like.
describe('what the benchmark times', () => {
  test('is evidence that both verifiers accept', async () => {
    const all = await samples();
    expect(all.map(({ name }) => name)).toEqual(['sgx-v3', 'tdx-v4']);
    for (const sample of all) {
      const { quote, now, endorsements, root } = sample;
      const roots = root === undefined ? [] : [root];
      const options = { tees: [sgx, tdx], now, endorsements, roots, allowSimulated: roots.length > 0 };
      expect((await authenticate(quote, options)).layers.authentic).toBe('pass');
      expect(await peer(sample).run()).toMatchObject({ status: expect.stringMatching(/^[A-Z]/) });
    }
  });

  test('beside as many checks of signatures and imports of keys, which succeed', () => {
    expect(() => floor([600, 384, 432], 2).run()).not.toThrow();
  });

  test('over a slow source is evidence that each challenger trusts by itself', async () => {
    const { serve } = await slowSource(0);
    const { quotes, check } = await serve(20);
    expect(quotes).toBe(1);
    await expect(check()).resolves.toBeUndefined();
  });

  test.each(['session', 'aggregate'] as const)('of receipts is a report that is counted whole: %s', async (kind) => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-bench-'));
    try {
      await using tracker = await openAccounts({ file: join(folder, 'tracker.db') });
      const [sender, receiver] = [clientOf('sender'), clientOf('receiver')];
      await enrol(tracker.accounts, [sender, receiver]);
      const { group, bare } = REPORTS[kind](sender, receiver, 0);
      expect(bare()).toBe(true);
      expect(outcomesOf(await report(tracker, 'sender', [group]))).toEqual(Array(64).fill('counted'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('over HTTP is evidence that each challenger trusts by itself, out of one batch, and a constant as long', async () => {
    const machine = await startMachine(new Date());
    const { app, answerAlike } = benchedService(machine);
    const nonces = Array.from({ length: 64 }, (_, index) => index.toString(16).padStart(64, '0'));
    const answers = await Promise.all(nonces.map(async (nonce) => app.request(`/attestation?nonce=${nonce}`)));
    const texts = await Promise.all(answers.map(async (answer) => answer.text()));
    for (const [index, text] of texts.entries()) {
      const envelope = parseEnvelope(text);
      expect(serialiseEnvelope(envelope)).toBe(text);
      expect(envelope.proof).toMatchObject({ index, size: 64 });
      await machine.judge(envelope, fromHex(nonces[index] ?? ''));
    }
    const [first = ''] = texts;
    answerAlike(first);
    const constant = await app.request('/constant');
    expect([...constant.headers]).toEqual([...(answers[0]?.headers ?? [])]);
    expect(await constant.text()).toHaveLength(first.length);
  });
});

describeInChromium('what the benchmark times in a browser', () => {
  test('is evidence that the page and the bare library both trust, and the page’s own first load', async () => {
    await using site = await serveBenched();
    for (const sample of await samples()) {
      await using opened = await site.open();
      await give(opened.page, sample);
      // Each throws unless the verdict is one of trust.
      expect(await bareTime(opened.page)).toBeGreaterThan(0);
      expect(await dropTime(opened.page, 'first')).toBeGreaterThan(0);
      expect(await dropTime(opened.page, 'second')).toBeGreaterThan(0);
      expect(opened.faults).toEqual([]);
    }
    await using opened = await site.open();
    const bytes = await firstLoad(opened.page);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD);
  });
});
