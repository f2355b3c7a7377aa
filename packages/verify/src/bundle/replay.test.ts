import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectors } from '../../../../tools/vectors-in-tests.ts';
import { endorsementsFromDirectory } from '../endorsements/directory.ts';
import { usage } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import { tdx } from '../tdx/index.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { verify } from '../verify.ts';
import { type Bundle, makeBundle, parseBundle, serialiseBundle, verdictDigest } from './bundle.ts';
import { type RecordedOptions, replayBundle } from './replay.ts';

const affirming: Verdict = {
  ...{ schema: 'assay.verdict/1', outcome: 'affirming', trusted: true, tee: 'tdx', simulated: false, waived: [] },
  layers: { authentic: 'pass', platform: 'pass', identity: 'pass', fresh: 'pass', bound: 'pass' },
  ...{ tcb: null, checks: [], claims: null, validity: null },
};
const evidence = { evidence: new Uint8Array(4), endorsements: {} };
const options = { version: 'test', policy: { identity: 'any' }, now: new Date('2026-01-01T00:00:00Z') } as const;
const made = (): Promise<Bundle> => makeBundle({ ...options, evidence, verdict: affirming });

describe('a record', () => {
  test('that reproduces is never trusted for it', async () => {
    const seen: RecordedOptions[] = [];
    const replay = await replayBundle(await made(), async (_evidence, recorded) => {
      seen.push(recorded);
      return affirming;
    });
    expect(seen).toEqual([
      {
        ...{ policy: { identity: 'any' }, now: options.now, clockSkewSeconds: 0, allowSimulated: false, roots: [] },
        ...{ nonce: undefined, subject: undefined, endorsements: evidence.endorsements },
      },
    ]);
    expect(replay).toMatchObject({ reproduces: true, trusted: false, reason: null });
    expect(replay.verdict).toMatchObject({ trusted: false, outcome: 'warning' });
    expect(replay.verdict?.checks).toMatchObject([{ id: 'bundle.recorded', outcome: 'warn' }]);
  });

  test('that does not reproduce says what was found', async () => {
    const other: Verdict = { ...affirming, outcome: 'contraindicated', trusted: false };
    const replay = await replayBundle(await made(), async () => other);
    expect(replay).toMatchObject({ reproduces: false, recorded: await verdictDigest(affirming) });
    expect(replay.found).toBe(await verdictDigest(other));
    expect(replay.verdict?.outcome).toBe('contraindicated');
  });

  test('that nobody could judge by does not reproduce, and does not throw', async () => {
    const refuse = (): never => {
      throw usage('policy.x: unknown key');
    };
    const replay = await replayBundle(await made(), async () => refuse());
    expect(replay).toMatchObject({ reproduces: false, found: null, reason: 'policy.x: unknown key', verdict: null });
    await expect(
      replayBundle(await made(), async () => {
        throw new TypeError('a bug');
      }),
    ).rejects.toThrow(TypeError);
  });
});

describeWithVectors('a bundle of real evidence', () => {
  const name = 'tdx-v4-00806f050000-3c51eae6';
  const now = new Date('2025-10-29T00:25:03Z');
  const kept = (): Bundle['evidence'] => {
    const paths = Object.keys(vectors).filter((path) => path.startsWith(`${name}/`));
    const files = Object.fromEntries(paths.map((path) => [path.slice(name.length + 1), vector(path)]));
    return { tee: 'tdx', evidence: vector(`${name}/quote.bin`), endorsements: endorsementsFromDirectory(files) };
  };
  const reportData = new TextEncoder().encode('Hello from Edgeless Systems!');
  const waiving: Policy = { identity: 'any', freshness: 'any', binding: { profile: 'raw' } };

  test('reproduces after it was written and read', async () => {
    const verdict = await verify(kept(), { tees: [tdx], now, policy: waiving, subject: { reportData } });
    expect(verdict.layers).toMatchObject({ authentic: 'pass', bound: 'pass', identity: 'waived', fresh: 'waived' });
    const input = { evidence: kept(), verdict, version: 'test', policy: waiving, now, subject: { reportData } };
    const bundle = parseBundle(serialiseBundle(await makeBundle(input)));
    const replay = await replayBundle(bundle, (given, recorded) => verify(given, { tees: [tdx], ...recorded }));
    expect(replay).toMatchObject({ reproduces: true, trusted: false });
  });

  test('gains nothing from a record that says identity: any', async () => {
    const verdict = await verify(kept(), { tees: [tdx], now, policy: waiving, subject: { reportData } });
    const lenient = { ...waiving, tcb: { accept: ['OutOfDate', 'SWHardeningNeeded'] }, debug: 'allow' } as const;
    const text = serialiseBundle(
      await makeBundle({ evidence: kept(), verdict, version: 'test', policy: lenient, now }),
    );
    const { evidence: given } = parseBundle(text);
    const policy: Policy = { releases: [{ name: 'mine', measurements: { mrtd: '00'.repeat(48) } }] };
    const judged = await verify(given, { tees: [tdx], now, policy, nonce: new Uint8Array(32) });
    const mine = await verify(kept(), { tees: [tdx], now, policy, nonce: new Uint8Array(32) });
    expect(judged).toEqual(mine);
    expect(judged).toMatchObject({ trusted: false, waived: [], layers: { identity: 'fail', bound: 'unchecked' } });
    expect(judged.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id)).toContain('identity.release');
  });

  test('with a record of hostile options is refused, never thrown', async () => {
    const bundle = await makeBundle({ evidence: kept(), verdict: affirming, version: 'test', policy: waiving, now });
    const hostile: readonly Partial<Bundle['record']>[] = [
      { policy: { unknown: 1 } },
      {
        policy: { binding: { profile: 'dip1' } },
        subject: { appKey: { algorithm: 'x' as 'ed25519', publicKey: reportData } },
      },
      { policy: { binding: { profile: 'tappd' } }, subject: { payload: reportData, tappd: { hashAlgorithm: 'x' } } },
      { nonce: new Uint8Array(1) },
      { roots: [new Uint8Array(5)], allowSimulated: true },
      { instant: 0 },
    ];
    for (const change of hostile) {
      const changed = { ...bundle, record: { ...bundle.record, ...change } };
      const replay = await replayBundle(changed, (given, recorded) => verify(given, { tees: [tdx], ...recorded }));
      expect({ change: Object.keys(change), reproduces: replay.reproduces }).toMatchObject({ reproduces: false });
      expect(replay.trusted).toBe(false);
    }
  });
});
