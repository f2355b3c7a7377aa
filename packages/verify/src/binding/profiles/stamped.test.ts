import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../codec/bytes.ts';
import { toHex } from '../../codec/hex.ts';
import { utf8 } from '../../codec/text.ts';
import { hashOf } from '../../crypto/hash.ts';
import { Checklist } from '../../verdict/checklist.ts';
import type { Claims } from '../../verdict/verdict.ts';
import { bind } from '../bind.ts';
import { bindingChecks } from '../checks.ts';

const NOTHING = { measurements: {}, platform: {}, debug: null, workload: null, nonces: [], keys: [], evidence: null };
const NOW = 1_795_000_000;
const payload = utf8('register||alice||tracker_instance_1');
type Tag = 'pbts-payload/1' | 'pbts-register/1';

async function reportDataOf(tag: Tag, issuedAt: number | bigint, text = payload): Promise<Uint8Array> {
  const rest = new DataView(new ArrayBuffer(32));
  rest.setBigUint64(0, BigInt(issuedAt));
  return concatBytes(await hashOf('SHA-256', utf8(`${tag}\0`), text), new Uint8Array(rest.buffer));
}

/** Outcomes by check, under a policy that allows 300 seconds. */
async function judged(profile: Tag, reportData: Uint8Array | null, subject: object = { payload }) {
  const checks = new Checklist(bindingChecks);
  const claims: Claims = { ...NOTHING, reportData: reportData && toHex(reportData) };
  const policy = { binding: { profile }, freshness: { maxAgeSeconds: 300 } } as const;
  await bind({ policy, claims, subject, clock: { now: NOW, skew: 0 } }, checks);
  return Object.fromEntries(checks.checks.map(({ id, outcome }) => [id, outcome]));
}

describe.each<Tag>(['pbts-payload/1', 'pbts-register/1'])('%s', (tag) => {
  test('is the hash of tag and payload, with a time that is judged', async () => {
    for (const age of [0, 300])
      expect(await judged(tag, await reportDataOf(tag, NOW - age))).toEqual({
        'binding.subject': 'pass',
        'fresh.age': 'pass',
      });
    for (const issued of [NOW - 301, NOW + 1, 0])
      expect(await judged(tag, await reportDataOf(tag, issued))).toEqual({
        'binding.subject': 'pass',
        'fresh.age': 'fail',
      });
  });

  test('another payload, another tag, a payload alone and a time beyond all calendars are refused', async () => {
    const other: Tag = tag === 'pbts-payload/1' ? 'pbts-register/1' : 'pbts-payload/1';
    const plain = concatBytes(payload, new Uint8Array(64 - payload.length));
    const refused = [
      await reportDataOf(tag, NOW, utf8('register||bob||tracker_instance_1')),
      await reportDataOf(other, NOW),
      plain,
      await reportDataOf(tag, 2n ** 64n - 1n),
      null,
    ];
    for (const reportData of refused)
      expect(await judged(tag, reportData)).toEqual({ 'binding.subject': 'fail', 'fresh.age': 'skip' });
    expect(await judged(tag, await reportDataOf(tag, NOW), {})).toEqual({
      'binding.subject': 'skip',
      'fresh.age': 'skip',
    });
  });

  test('no report data makes it throw, and none that was not made for the payload passes', async () => {
    const bytes = fc.uint8Array({ minLength: 64, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(bytes, async (reportData) => {
        expect((await judged(tag, reportData))['binding.subject']).toBe('fail');
      }),
    );
  });
});
