import { describe, expect, test } from 'vitest';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import type { BindingPolicy, Policy } from '../policy/policy.ts';
import { Checklist } from '../verdict/checklist.ts';
import { sealVerdict } from '../verdict/seal.ts';
import type { Claims, Verdict } from '../verdict/verdict.ts';
import { type BindInput, bind } from './bind.ts';
import { bindingChecks } from './checks.ts';
import { statementDigest, tokenNonce } from './digest.ts';
import { requiredBinding } from './required.ts';
import { buildStatement, type StatementContent } from './statement.ts';
import type { Subject } from './subject.ts';

const NOW = 1_760_000_000;
const nonce = new Uint8Array(32).fill(0xab);
const spkiSha256 = new Uint8Array(32).fill(0xcd);
const subject: Subject = { peerKey: { spkiSha256 } };
const content: StatementContent = {
  type: 'attestation',
  instance: '01'.repeat(16),
  nonce: toHex(nonce),
  aud: null,
  issuedAt: NOW - 30,
  keys: [{ use: 'tls', spkiSha256: toHex(spkiSha256) }],
  claims: { version: '1.0.0' },
};
const binding: BindingPolicy = { profile: 'assay/1', type: 'attestation' };

function claimsOf(reportData: Uint8Array | null, nonces: readonly string[] = []): Claims {
  const nothing = { measurements: {}, platform: {}, debug: null, workload: null, keys: [], evidence: null };
  return { ...nothing, reportData: reportData && toHex(reportData), nonces };
}

interface Judged {
  readonly layers: Verdict['layers'];
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  readonly outcomes: Readonly<Record<string, string>>;
  readonly bound: Awaited<ReturnType<typeof bind>>;
}

/** What the layers come to when evidence with these claims is bound. */
async function judge(
  claims: Claims,
  input: Omit<BindInput, 'claims' | 'clock' | 'policy'> & { policy?: Policy },
): Promise<Judged> {
  const { policy = { binding } } = input;
  const checks = new Checklist(bindingChecks);
  const bound = await bind({ ...input, policy, claims, clock: { now: NOW, skew: 0 } }, checks);
  const { layers } = sealVerdict({
    ...{ tee: 'tdx', simulated: false, tcb: null, claims, validity: null, checks: checks.checks },
    required: { authentic: [], platform: [], identity: [], ...requiredBinding(policy, input.nonce) },
    waived: {
      ...(policy.freshness === 'any' && { fresh: 'freshness' }),
      ...(policy.binding === 'any' && { bound: 'binding' }),
    },
  });
  const by = (wanted: string): string[] =>
    checks.checks.filter(({ outcome }) => outcome === wanted).map(({ id }) => id);
  const outcomes = Object.fromEntries(checks.checks.map(({ id, outcome }) => [id, outcome]));
  return { layers, failed: by('fail'), skipped: by('skip'), outcomes, bound };
}

/** A statement alone in report data. */
async function alone(change: Partial<StatementContent> = {}): Promise<{ statement: Uint8Array; claims: Claims }> {
  const statement = buildStatement({ ...content, ...change });
  return { statement, claims: claimsOf(await statementDigest(statement)) };
}

describe('assay/1', () => {
  test('is fresh and bound by nonce and key', async () => {
    const { statement, claims } = await alone();
    const { layers, failed, skipped, bound } = await judge(claims, { statement, nonce, subject });
    expect({ failed, skipped }).toEqual({ failed: [], skipped: [] });
    expect(layers).toMatchObject({ fresh: 'pass', bound: 'pass' });
    expect(bound).toEqual({ nonces: [toHex(nonce)], keys: content.keys, workload: content.claims });
  });

  test('fails only the check of the fault', async () => {
    const { statement, claims } = await alone();
    const good = { statement, nonce, subject };
    const other = { peerKey: { spkiSha256: new Uint8Array(32) } };
    expect((await judge(claims, { ...good, nonce: new Uint8Array(32) })).failed).toEqual(['fresh.nonce']);
    expect((await judge(claims, { ...good, subject: other })).failed).toEqual(['binding.subject']);
    const otherUse = { peerKey: { spkiSha256, use: 'receipts' } };
    expect((await judge(claims, { ...good, subject: otherUse })).failed).toEqual(['binding.subject']);
    expect((await judge(claimsOf(new Uint8Array(64)), good)).failed).toEqual(['binding.statement']);
    expect((await judge(claimsOf(null), good)).failed).toEqual(['binding.statement']);
    expect((await judge(claims, { nonce, subject })).failed).toEqual(['binding.statement']);
  });

  test('refuses a statement of another type', async () => {
    const { statement, claims } = await alone({ type: 'checkpoint' });
    const { failed, layers } = await judge(claims, { statement, nonce, subject });
    expect(failed).toEqual(['binding.type']);
    expect(layers.bound).toBe('fail');
  });

  test('stays unchecked where the policy names no type', async () => {
    const { statement, claims } = await alone();
    const { layers, skipped } = await judge(claims, {
      statement,
      nonce,
      subject,
      policy: { binding: { profile: 'assay/1' } },
    });
    expect({ bound: layers.bound, skipped }).toEqual({ bound: 'unchecked', skipped: ['binding.type'] });
  });

  test('refuses another audience, and one that nobody expects', async () => {
    const { statement, claims } = await alone({ aud: 'https://a.example' });
    const judged = async (audience?: string): Promise<readonly string[]> => {
      const policy: Policy = { binding: { ...binding, audience } };
      return (await judge(claims, { statement, nonce, subject, policy })).failed;
    };
    expect(await judged('https://a.example')).toEqual([]);
    expect(await judged('https://b.example')).toEqual(['binding.audience']);
    expect(await judged()).toEqual(['binding.audience']);
  });

  test('is unchecked, never passed, without a nonce or a subject', async () => {
    const { statement, claims } = await alone();
    const { layers, failed, skipped } = await judge(claims, { statement });
    expect(failed).toEqual([]);
    expect(skipped).toEqual(['binding.subject', 'fresh.nonce']);
    expect(layers).toMatchObject({ fresh: 'unchecked', bound: 'unchecked' });
  });

  test('takes claims that the policy expects as subject', async () => {
    const { statement, claims } = await alone();
    const judged = async (expected: BindingPolicy['claims']): Promise<string> =>
      (await judge(claims, { statement, nonce, policy: { binding: { ...binding, claims: expected } } })).layers.bound;
    expect(await judged({ version: '1.0.0' })).toBe('pass');
    expect(await judged({ version: '1.0.1' })).toBe('fail');
    expect(await judged({ absent: 'x' })).toBe('fail');
    expect(await judged({})).toBe('unchecked');
  });

  test('compares sessions and answers with what was seen, and never with nothing', async () => {
    const handshakeHash = new Uint8Array(32).fill(3);
    const session = await alone({ type: 'session', claims: { session: toHex(handshakeHash) } });
    const policy: Policy = { binding: { profile: 'assay/1', type: 'session' } };
    const bound = async (seen: Subject): Promise<string> =>
      (await judge(session.claims, { statement: session.statement, nonce, subject: seen, policy })).layers.bound;
    expect(await bound({ handshakeHash })).toBe('pass');
    expect(await bound({ handshakeHash: new Uint8Array(32) })).toBe('fail');
    expect(await bound({ peerKey: { spkiSha256 } })).toBe('unchecked');

    const sha256 = new Uint8Array(32).fill(9);
    const answer = { method: 'GET', target: '/x?attest=true', status: 200 };
    const claims = { ...answer, requestSha256: toHex(sha256), bodySha256: toHex(sha256) };
    const said = await alone({ type: 'response', keys: [], claims });
    const seen = { ...answer, requestSha256: sha256, bodySha256: sha256 };
    const judged = async (response: Subject['response']): Promise<string> => {
      const input = { statement: said.statement, nonce, subject: { response } };
      return (await judge(said.claims, { ...input, policy: { binding: { profile: 'assay/1', type: 'response' } } }))
        .layers.bound;
    };
    expect(await judged(seen)).toBe('pass');
    expect(await judged({ ...seen, status: 404 })).toBe('fail');
    expect(await judged({ ...seen, bodySha256: new Uint8Array(32) })).toBe('fail');
    expect(await judged(undefined)).toBe('unchecked');
  });
});

describe('freshness', () => {
  test('by age rests on the clock of the attester, only where the policy asks', async () => {
    const judged = async (issuedAt: number, maxAgeSeconds: number): Promise<Judged> => {
      const { statement, claims } = await alone({ issuedAt, nonce: null });
      return judge(claims, { statement, subject, policy: { binding, freshness: { maxAgeSeconds } } });
    };
    expect((await judged(NOW - 30, 30)).layers.fresh).toBe('pass');
    expect((await judged(NOW - 31, 30)).failed).toEqual(['fresh.age']);
    expect((await judged(NOW + 1, 30)).failed).toEqual(['fresh.age']);
    expect(bindingChecks['fresh.age'].authority).toBe('attester-clock');
  });

  test('by age does not excuse a wrong nonce', async () => {
    const { statement, claims } = await alone();
    const policy: Policy = { binding, freshness: { maxAgeSeconds: 60 } };
    const { failed, layers } = await judge(claims, { statement, subject, policy, nonce: new Uint8Array(16) });
    expect({ failed, fresh: layers.fresh }).toEqual({ failed: ['fresh.nonce'], fresh: 'fail' });
  });

  test('waived records no check, nor does binding waived', async () => {
    const { statement, claims } = await alone({ nonce: null });
    const waived = await judge(claims, { statement, subject, policy: { binding, freshness: 'any' } });
    expect(waived.layers).toMatchObject({ fresh: 'waived', bound: 'pass' });
    const both = await judge(claims, { statement, policy: { binding: 'any', freshness: 'any' } });
    expect(both.outcomes).toEqual({});
    expect(both.bound.keys).toEqual(content.keys);
  });

  test('is known without a binding policy from a statement in the evidence, and from no other', async () => {
    const { statement, claims } = await alone();
    const found = await judge(claims, { statement, nonce, policy: { binding: 'any' } });
    expect(found.layers).toMatchObject({ fresh: 'pass', bound: 'waived' });
    const lost = await judge(claimsOf(new Uint8Array(64)), { statement, nonce, policy: { binding: 'any' } });
    expect(lost.layers.fresh).toBe('unchecked');
    expect(lost.bound).toEqual({ nonces: [], keys: [], workload: null });
    const unnamed = await judge(claims, { statement, nonce, subject, policy: {} });
    expect(unnamed.layers).toMatchObject({ fresh: 'pass', bound: 'unchecked' });
  });
});

describe('tokens', () => {
  test('hold the hash of the statement and, beside it, the nonce', async () => {
    const { statement } = await alone();
    const hash = await tokenNonce(await statementDigest(statement));
    expect(hash).toMatch(/^[\w-]{43}$/);
    const judged = async (...nonces: string[]): Promise<Judged> =>
      judge(claimsOf(null, nonces), { statement, nonce, subject });
    expect((await judged(toHex(nonce), hash)).layers).toMatchObject({ fresh: 'pass', bound: 'pass' });
    expect((await judged(hash)).failed).toEqual(['fresh.nonce']);
    expect((await judged(toHex(nonce))).failed).toEqual(['binding.statement']);
  });

  test('show a nonce without any statement, as hexadecimal, base64url or text', async () => {
    const text = 'a nonce between 10 and 74 characters';
    const judged = async (value: string, wanted: Uint8Array): Promise<string> =>
      (await judge(claimsOf(null, ['other', value]), { nonce: wanted, policy: { binding: 'any' } })).layers.fresh;
    expect(await judged(text, utf8(text))).toBe('pass');
    expect(await judged(toHex(nonce), nonce)).toBe('pass');
    expect(await judged('q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s', nonce)).toBe('pass');
    expect(await judged(toHex(nonce).toUpperCase(), nonce)).toBe('fail');
    expect(await judged(text, nonce)).toBe('fail');
  });
});

describe('mistakes of the caller', () => {
  test.each<[Omit<BindInput, 'claims' | 'clock'>, RegExp]>([
    [{ policy: {}, nonce: new Uint8Array(15) }, /^nonce: expected 16 to 64 bytes, found 15/],
    [{ policy: {}, nonce: new Uint8Array(65) }, /^nonce/],
    [{ policy: { binding }, subject: { payload: new Uint8Array(1) } }, /^subject\.payload: the profile assay\/1/],
    [{ policy: { binding: { profile: 'raw' } }, subject }, /^subject\.peerKey/],
    [
      { policy: { binding }, subject: { peerKey: { spkiSha256: new Uint8Array(31) } } },
      /^subject\.peerKey\.spkiSha256/,
    ],
    [{ policy: { binding }, subject: { handshakeHash: new Uint8Array(48) } }, /^subject\.handshakeHash/],
    [{ policy: { binding: { profile: 'raw', claims: { a: 1 } } } }, /^binding\.claims/],
  ])('throw', async (input, message) => {
    const checks = new Checklist(bindingChecks);
    const claims = claimsOf(new Uint8Array(64));
    await expect(bind({ ...input, claims, clock: { now: NOW, skew: 0 } }, checks)).rejects.toThrow(message);
  });
});
