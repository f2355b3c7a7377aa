import type { Checklist } from '../verdict/checklist.ts';
import { BATCH_SIZE, type BatchProof, batchReportData, leafHash, pathLength, rootOf, SALT_LENGTH } from './batch.ts';

/** The report data of the batch that the proof shows the statement's digest in; undefined when a check of its form failed. */
export async function reportDataOfBatch(
  digest: Uint8Array,
  proof: BatchProof | undefined,
  checks: Checklist,
): Promise<Uint8Array | undefined> {
  if (proof === undefined) {
    checks.fail('binding.batch.proof', { actual: 'no proof' });
    return undefined;
  }
  const { index, size, salt, path } = proof;
  const isSize = Number.isSafeInteger(size) && size >= BATCH_SIZE.min && size <= BATCH_SIZE.max;
  const isIndex = Number.isSafeInteger(index) && index >= 0 && index < size;
  if (!checks.test('binding.batch.proof', salt.length === SALT_LENGTH, { actual: `salt of ${salt.length} bytes` }))
    return;
  if (!checks.test('binding.batch.size', isSize, { actual: String(size) })) return;
  if (!checks.test('binding.batch.index', isIndex, { expected: `0 to ${size - 1}`, actual: String(index) })) return;
  const expected = pathLength(index, size);
  const isPath = path.length === expected && path.every((hash) => hash.length === 32);
  const detail = { expected: `${expected} hashes`, actual: `${path.length} hashes` };
  if (!checks.test('binding.batch.path', isPath, detail)) return;
  return batchReportData(size, await rootOf(await leafHash(salt, digest), proof));
}
