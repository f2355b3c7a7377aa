import { fromHex, toHex } from '../codec/hex.ts';
import { attempt } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import type { Claims } from '../verdict/verdict.ts';
import type { BatchProof } from './batch.ts';
import { statementDigest, tokenNonce } from './digest.ts';
import { isAmong } from './freshness.ts';
import { decodeStatement, type Statement } from './statement.ts';
import { readStatement } from './statement-form.ts';

/** What evidence may bring along for its statement. */
export interface Attached {
  readonly statement?: Uint8Array | undefined;
  readonly proof?: BatchProof | undefined;
}

/**
 * Finds the statement's digest in the evidence, alone (`assay/1`) or through its batch (`assay/1-batch`), then parses
 * it strictly: the statement, or undefined when a check failed.
 */
export async function findStatement(
  profile: 'assay/1' | 'assay/1-batch',
  { statement, proof }: Attached,
  claims: Claims,
  checks: Checklist,
): Promise<Statement | undefined> {
  if (statement === undefined) {
    checks.fail('binding.statement', { actual: 'no statement' });
    return undefined;
  }
  const digest = await statementDigest(statement);
  // Batches are loaded when a policy chooses them.
  const batch = profile === 'assay/1-batch' ? await import('./batch-proof.ts') : undefined;
  const reportData = batch ? await batch.reportDataOfBatch(digest, proof, checks) : digest;
  if (reportData === undefined) {
    checks.skip('binding.statement', 'the inclusion proof was refused');
    return undefined;
  }
  if (!(await isIn(reportData, claims, checks))) return undefined;
  const found = readBound(statement, checks);
  return found && isAlone(found, claims, checks) ? found : undefined;
}

/**
 * A token's nonces are one statement's hash and that statement's own nonce. Whoever challenges an attester chooses the
 * nonce, and 32 bytes in base64url look like a hash: a challenge could smuggle in the hash of another statement.
 */
function isAlone({ nonce }: Statement, { reportData, nonces }: Claims, checks: Checklist): boolean {
  if (reportData !== null) return true;
  const others = nonce === null ? nonces : nonces.filter((text) => !isAmong([text], fromHex(nonce)));
  const expected = `one hash beside ${nonce ?? 'no nonce'}`;
  return checks.test('binding.nonces', others.length === 1, { expected, actual: nonces.join(', ') });
}

/** Report data holds the 64 bytes; a token, which has none, holds their hash among its nonces. */
async function isIn(reportData: Uint8Array, claims: Claims, checks: Checklist): Promise<boolean> {
  if (claims.reportData !== null) {
    const expected = toHex(reportData);
    return checks.test('binding.statement', claims.reportData === expected, { expected, actual: claims.reportData });
  }
  const expected = await tokenNonce(reportData);
  const actual = claims.nonces.join(', ') || 'evidence without report data and nonces';
  return checks.test('binding.statement', claims.nonces.includes(expected), { expected, actual });
}

function readBound(bytes: Uint8Array, checks: Checklist): Statement | undefined {
  const decoded = attempt(() => decodeStatement(bytes));
  const isCanonical = 'value' in decoded;
  checks.test('binding.canonical', isCanonical, isCanonical ? {} : { actual: decoded.reason });
  if (!isCanonical) return undefined;
  const read = attempt(() => readStatement(decoded.value));
  if ('reason' in read) {
    checks.fail('binding.form', { actual: read.reason });
    return undefined;
  }
  checks.pass('binding.form');
  return read.value;
}
