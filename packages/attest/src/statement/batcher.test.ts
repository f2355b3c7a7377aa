import { AssayError } from '@assay/verify';
import { statementDigest } from '@assay/verify/binding';
import { parseJsonObject, toHex, utf8 } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import * as fc from 'fast-check';
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
describe('challengers', () => {
  test('who come while a quote is made share the next one, in the order in which they came', async () => {
    const { attester, asked } = handMadeAttester();
    const batcher = batcherOf(attester);
    const first = batcher.issue(about(0));
    await until(() => asked.length === 1);
    const later = [1, 2, 3].map((index) => batcher.issue(about(index)));
    asked[0]?.answer({ evidence });
    expect((await first).proof).toMatchObject({ index: 0, size: 2 });
    await until(() => asked.length === 2);
    const after = batcher.issue(about(4));
    asked[1]?.answer({ evidence });
    const envelopes = await Promise.all(later);
    expect(envelopes.map(nonceIn)).toEqual([1, 2, 3].map(nonceOf));
    expect(envelopes.map(({ proof }) => [proof?.index, proof?.size])).toEqual([0, 1, 2].map((index) => [index, 3]));
    await until(() => asked.length === 3);
    asked[2]?.answer({ evidence });
    expect(nonceIn(await after)).toBe(nonceOf(4));
  });

  test('who come in one turn of the event loop share a quote, also where it is made without waiting', async () => {
    let made = 0;
    const { attester } = handMadeAttester();
    const evidenceNow = async (): Promise<Envelope> => {
      made += 1;
      return { evidence };
    };
    const batcher = batcherOf({ ...attester, evidence: evidenceNow });
    const comers = Array.from({ length: 20 }, async (_, index) => {
      // As requests do that are read in one turn: each after what the one before it set off.
      await new Promise((resolve) => setImmediate(resolve));
      return batcher.issue(about(index));
    });
    const envelopes = await Promise.all(comers);
    expect(envelopes.map(({ proof }) => proof?.size)).toEqual(new Array(20).fill(20));
    expect(made).toBe(1);
  });

  test('are all answered, whoever comes and goes when, and never are two quotes made at once', async () => {
    const steps = fc.array(fc.constantFrom('come', 'come', 'leave', 'answer', 'fail'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { attester, asked } = handMadeAttester();
        const batcher = batcherOf(attester);
        const challengers: AbortController[] = [];
        const outcomes: Promise<string>[] = [];
        const served: number[] = [];
        const come = async (index: number, signal: AbortSignal): Promise<string> => {
          try {
            expect(nonceIn(await batcher.issue(about(index), signal))).toBe(nonceOf(index));
            served.push(index);
            return 'served';
          } catch (error) {
            return error instanceof AssayError && error.cause === 'broken' ? 'failed' : String(error);
          }
        };
        let settled = 0;
        const settle = async (how: 'answer' | 'fail'): Promise<void> => {
          const quote = asked[settled];
          if (how === 'answer') quote?.answer({ evidence });
          else quote?.fail('broken');
          if (quote !== undefined) settled += 1;
          await new Promise((resolve) => setImmediate(resolve));
          expect(asked.length - settled).toBeLessThanOrEqual(1);
        };
        for (const step of all) {
          if (step === 'leave') challengers.at(-1)?.abort('left');
          else if (step === 'come') {
            const index = challengers.push(new AbortController()) - 1;
            outcomes.push(come(index, challengers[index]?.signal ?? AbortSignal.abort()));
          } else await settle(step);
        }
        let open = true;
        const closing = batcher.close().then(() => {
          open = false;
        });
        // Each quote settles one batch, and each batch has a challenger.
        for (let left = outcomes.length; left > 0; left -= 1) {
          await until(() => !open || asked.length > settled);
          await settle('answer');
        }
        await closing;
        expect(open).toBe(false);
        for (const outcome of await Promise.all(outcomes)) expect(['served', 'failed', 'left']).toContain(outcome);
        expect(served).toEqual(served.toSorted((one, other) => one - other));
        expect(asked).toHaveLength(settled);
      }),
      { numRuns: 60 },
    );
  });

  test('get statements of the instance and of the moment in which they asked', async () => {
    const { attester, asked } = handMadeAttester();
    const times = [new Date('2026-11-20T10:00:00.999Z'), new Date('2026-11-20T10:00:07Z')];
    const batcher = batcherOf(attester, { clock: () => times.shift() ?? new Date(0) });
    const key = { use: 'tls', spkiSha256: 'cd'.repeat(32) };
    const issued = [
      batcher.issue(about(1, { aud: 'me', keys: [key], claims: { build: 7 } })),
      batcher.issue(about(2, { nonce: null })),
    ];
    expect(times).toEqual([]);
    await until(() => asked.length === 1);
    asked[0]?.answer({ evidence, tee: 'tdx', eventLog: utf8('[]') });
    const [one, two] = await Promise.all(issued);
    expect(one).toMatchObject({ evidence, tee: 'tdx', eventLog: utf8('[]') });
    expect(new TextDecoder().decode(one?.statement)).toBe(
      `{"aud":"me","claims":{"build":7},"instance":"${speaker.instance}","issuedAt":1795168800,"keys":[{"spkiSha256":"${key.spkiSha256}","use":"tls"}],"nonce":"${nonceOf(1)}","profile":"assay/1","type":"attestation"}`,
    );
    expect(new TextDecoder().decode(two?.statement)).toContain('"issuedAt":1795168807');
  });

  test('of another audience wait for a token of their own, and a token holds no nonce of theirs', async () => {
    const { attester, asked } = handMadeAttester('confidential-space');
    const batcher = batcherOf(attester);
    const auds = ['first', 'a', 'b', 'a'];
    const issued = auds.map((aud, index) => batcher.issue(about(index, { aud })));
    for (const [index, aud] of ['first', 'a', 'b'].entries()) {
      await until(() => asked.length === index + 1);
      expect(asked[index]?.request).toMatchObject({ audience: aud });
      expect(asked[index]?.request.nonces ?? []).toEqual([]);
      asked[index]?.answer({ evidence });
    }
    expect((await Promise.all(issued)).map(({ proof }) => proof?.index)).toEqual([0, 0, 0, 1]);
  });
});

describe('a lone statement', () => {
  test('gets a neighbour of random bytes', async () => {
    const { attester, asked } = handMadeAttester();
    const lengths: number[] = [];
    const random = (length: number): Uint8Array => {
      lengths.push(length);
      return new Uint8Array(length).fill(lengths.length);
    };
    const issued = batcherOf(attester, { random }).issue(about(1));
    await until(() => asked.length === 1);
    asked[0]?.answer({ evidence });
    const { statement, proof } = await issued;
    expect(lengths).toEqual([64, 32]);
    expect(proof).toMatchObject({ index: 0, size: 2, salt: new Uint8Array(16).fill(2) });
    expect(proof?.path).toHaveLength(1);
    expect(toHex(asked[0]?.request.reportData ?? evidence)).not.toBe(
      toHex(await statementDigest(statement ?? evidence)),
    );
  });
});
