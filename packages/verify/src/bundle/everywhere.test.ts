import { describe, expect, inject, test } from 'vitest';
import { sgx } from '../sgx/index.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { verify } from '../verify.ts';
import { parseBundle } from './bundle.ts';
import { replayBundle } from './replay.ts';

// Node judged these bundles before any runtime started; each must come to the same bytes.
const references = inject('references');

describe('a bundle gives the same verdict, byte for byte, in Node, Chromium and workerd', () => {
  test.each(references)('$name', async ({ bundle, verdict }) => {
    let found: Verdict | undefined;
    const replay = await replayBundle(parseBundle(bundle), async (evidence, recorded) => {
      found = await verify(evidence, { tees: [sgx, tdx], ...recorded });
      return found;
    });
    expect(JSON.stringify(found)).toBe(verdict);
    expect(replay).toMatchObject({ reproduces: true, trusted: false });
  });

  test('trusted and refused ones are among them', () => {
    const trusted = references.map(({ verdict }) => (JSON.parse(verdict) as Verdict).trusted);
    expect(new Set(trusted)).toEqual(new Set([true, false]));
    expect(references.length).toBeGreaterThan(10);
  });
});
