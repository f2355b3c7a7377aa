import { describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../codec/base64.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { Checklist } from '../verdict/checklist.ts';
import type { Claims } from '../verdict/verdict.ts';
import { type BatchProof, batchReportData, buildBatch, leafHash, nodeHash } from './batch.ts';
import { bindingChecks } from './checks.ts';
import { statementDigest, tokenNonce } from './digest.ts';
import { type Attached, findStatement } from './said.ts';
import { buildStatement, type StatementContent } from './statement.ts';

const CONTENT: StatementContent = {
  type: 'attestation',
  instance: '01'.repeat(16),
  nonce: null,
  aud: null,
  issuedAt: 1_760_000_000,
  keys: [],
  claims: { version: '1.0.0' },
};
const statement = buildStatement(CONTENT);

function claimsOf(reportData: Uint8Array | null, nonces: readonly string[] = []): Claims {
  const nothing = { measurements: {}, platform: {}, debug: null, workload: null, keys: [], evidence: null };
  return { ...nothing, reportData: reportData && toHex(reportData), nonces };
}

/** The failing checks; a statement is found when, and only when, there are none. */
async function failures(
  profile: 'assay/1' | 'assay/1-batch',
  attached: Attached,
  claims: Claims,
): Promise<readonly string[]> {
  const checks = new Checklist(bindingChecks);
  const found = await findStatement(profile, attached, claims, checks);
  const failed = checks.checks.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id);
  expect(found === undefined).toBe(failed.length > 0);
  return failed;
}

describe('a statement alone', () => {
  const judged = (bytes: Uint8Array, claims: Claims): Promise<readonly string[]> =>
    failures('assay/1', { statement: bytes }, claims);

  test('is found by its digest in report data, or by the hash of that among the nonces of a token', async () => {
    const digest = await statementDigest(statement);
    const hash = await tokenNonce(digest);
    expect(digest).toHaveLength(64);
    expect(hash).toMatch(/^[\w-]{43}$/);
    expect(await judged(statement, claimsOf(digest))).toEqual([]);
    expect(await judged(statement, claimsOf(null, [hash]))).toEqual([]);
    expect(await judged(statement, claimsOf(null, [toHex(digest)]))).toEqual(['binding.statement']);
    // Report data decides where there is some: nonces of such evidence are somebody's words.
    expect(await judged(statement, claimsOf(new Uint8Array(64), [hash]))).toEqual(['binding.statement']);
  });

  test('is refused in a token that holds any other nonce than its own', async () => {
    const nonce = new Uint8Array(32).fill(7);
    const asked = buildStatement({ ...CONTENT, nonce: toHex(nonce) });
    const hash = await tokenNonce(await statementDigest(asked));
    for (const own of [toHex(nonce), toBase64Url(nonce)]) {
      expect(await judged(asked, claimsOf(null, [own, hash]))).toEqual([]);
      expect(await judged(asked, claimsOf(null, [own, hash, 'other']))).toEqual(['binding.nonces']);
    }
    expect(await judged(asked, claimsOf(null, [hash]))).toEqual([]);
    expect(await judged(asked, claimsOf(null, [hash, hash]))).toEqual(['binding.nonces']);
    const unasked = await tokenNonce(await statementDigest(statement));
    expect(await judged(statement, claimsOf(null, [unasked, toHex(nonce)]))).toEqual(['binding.nonces']);
  });

  test('is refused where its hash came in as the challenge of somebody who asked an honest attester', async () => {
    const smuggled = await tokenNonce(await statementDigest(statement));
    const honest = buildStatement({ ...CONTENT, nonce: toHex(fromBase64Url(smuggled)) });
    const nonces = [smuggled, await tokenNonce(await statementDigest(honest))];
    expect(await judged(honest, claimsOf(null, nonces))).toEqual([]);
    expect(await judged(statement, claimsOf(null, nonces))).toEqual(['binding.nonces']);
  });

  test('is refused when one bit of any byte of its digest differs', async () => {
    const digest = await statementDigest(statement);
    for (let at = 0; at < 64; at += 1) {
      const changed = new Uint8Array(digest);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      expect(await judged(statement, claimsOf(changed))).toEqual(['binding.statement']);
    }
  });

  test('is refused when its bytes are not canonical, though their digest is in the evidence', async () => {
    const spaced = utf8(new TextDecoder().decode(statement).replace('{', '{ '));
    expect(await judged(spaced, claimsOf(await statementDigest(spaced)))).toEqual(['binding.canonical']);
    for (const bytes of [new Uint8Array(), utf8('[]'), utf8('null'), Uint8Array.of(0xff), new Uint8Array(70_000)]) {
      expect(await judged(bytes, claimsOf(await statementDigest(bytes)))).toEqual(['binding.canonical']);
    }
    const formless = utf8('{"profile":"assay/1"}');
    expect(await judged(formless, claimsOf(await statementDigest(formless)))).toEqual(['binding.form']);
  });
});

describe('a statement of a batch', () => {
  const size = 5;

  async function batched(index: number): Promise<{ statement: Uint8Array; reportData: Uint8Array; proof: BatchProof }> {
    const digests: Uint8Array[] = Array.from({ length: size }, (_, at) => new Uint8Array(64).fill(at));
    digests[index] = await statementDigest(statement);
    const salts = digests.map((_, at) => new Uint8Array(16).fill(at));
    const { reportData, proofs } = await buildBatch(digests, salts);
    const proof = proofs[index];
    if (proof === undefined) throw new Error('no proof');
    return { statement, reportData, proof };
  }

  test('is found through the path of every leaf, in report data and in tokens', async () => {
    for (let index = 0; index < size; index += 1) {
      const { reportData, ...attached } = await batched(index);
      expect(await failures('assay/1-batch', attached, claimsOf(reportData))).toEqual([]);
      const token = claimsOf(null, [await tokenNonce(reportData)]);
      expect(await failures('assay/1-batch', attached, token)).toEqual([]);
    }
  });

  test('is refused with a wrong index, size, salt or path by its own check', async () => {
    const { reportData, proof } = await batched(1);
    const failed = (change: Partial<BatchProof>): Promise<readonly string[]> =>
      failures('assay/1-batch', { statement, proof: { ...proof, ...change } }, claimsOf(reportData));
    const zero = new Uint8Array(32);
    expect(await failed({ index: 0 })).toEqual(['binding.statement']);
    expect(await failed({ index: 4 })).toEqual(['binding.batch.path']);
    for (const index of [5, -1, 0.5, Number.NaN, 2 ** 32 + 1]) {
      expect(await failed({ index })).toEqual(['binding.batch.index']);
    }
    for (const wrong of [0, 1, 65_537, 2 ** 32 + 5, 5.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(await failed({ size: wrong })).toEqual(['binding.batch.size']);
    }
    expect(await failed({ size: 6 })).toEqual(['binding.statement']);
    expect(await failed({ size: 9 })).toEqual(['binding.batch.path']);
    expect(await failed({ salt: new Uint8Array(16) })).toEqual(['binding.statement']);
    expect(await failed({ salt: new Uint8Array(17) })).toEqual(['binding.batch.proof']);
    expect(await failed({ path: proof.path.slice(1) })).toEqual(['binding.batch.path']);
    expect(await failed({ path: [...proof.path, zero] })).toEqual(['binding.batch.path']);
    expect(await failed({ path: proof.path.map((hash) => hash.slice(1)) })).toEqual(['binding.batch.path']);
    expect(await failed({ path: proof.path.map(() => zero) })).toEqual(['binding.statement']);
  });

  test('is refused where a Merkle node is shown as its leaf', async () => {
    // Two leaves make a node. Shown as a leaf, it would stand in a tree that is one level lower.
    const salt = new Uint8Array(16);
    const digest = await statementDigest(statement);
    const [a, b, c] = [await leafHash(salt, digest), await leafHash(salt, new Uint8Array(64)), new Uint8Array(32)];
    const node = await nodeHash(a, b);
    const root = await nodeHash(node, c);
    const claims = claimsOf(await batchReportData(3, root));
    const failed = (proof: BatchProof, bytes: Uint8Array = statement): Promise<readonly string[]> =>
      failures('assay/1-batch', { statement: bytes, proof }, claims);
    const honest = { index: 0, size: 3, salt, path: [b, c] };
    expect(await failed(honest)).toEqual([]);
    expect(await failed({ ...honest, path: [c] })).toEqual(['binding.batch.path']);
    expect(await failed({ ...honest, path: [c], size: 2 })).toEqual(['binding.statement']);
    // The children of a node, split into what would be salt and digest: 16 and 48 bytes, so it is never a digest.
    const lower = { ...honest, size: 2, path: [c], salt: a.slice(0, 16) };
    expect(await failed(lower, node)).toEqual(['binding.statement']);
    // Even with that tree's size in report data, a leaf begins with 0 and a node with 1.
    const attacked = claimsOf(await batchReportData(2, root));
    expect(await failures('assay/1-batch', { statement: node, proof: lower }, attacked)).toEqual(['binding.statement']);
  });

  test('is not a statement alone, nor the other way round', async () => {
    const { reportData, proof } = await batched(2);
    expect(await failures('assay/1', { statement, proof }, claimsOf(reportData))).toEqual(['binding.statement']);
    const single = claimsOf(await statementDigest(statement));
    expect(await failures('assay/1-batch', { statement }, single)).toEqual(['binding.batch.proof']);
    expect(await failures('assay/1-batch', { statement, proof }, single)).toEqual(['binding.statement']);
  });
});
