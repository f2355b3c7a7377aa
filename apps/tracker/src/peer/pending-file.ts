import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { AssayError } from '@assay/verify';
import { asObject, fromBase64, type Json, parseJson, toBase64 } from '@assay/verify/codec';
import type { KeptReceipt } from './receipting.ts';

const SCHEMA = 'assay.tracker-pending/1';

/** Receipts that an earlier run could not report; none where there is no file. Throws `malformed`, `usage`. */
export async function readPending(path: string): Promise<readonly KeptReceipt[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new AssayError('usage', `${path}: cannot be read (${error.code ?? 'unknown'})`, { field: 'pending' });
  });
  if (text === undefined) return [];
  const { schema, receipts } = asObject(parseJson(text), path);
  if (schema !== SCHEMA || !Array.isArray(receipts)) throw malformed(path);
  return receipts.map((entry: Json) => {
    const { certificate, receipt, signature } = asObject(entry, path);
    if (typeof certificate !== 'string' || typeof receipt !== 'string' || typeof signature !== 'string') {
      throw malformed(path);
    }
    return {
      certificate: fromBase64(certificate, 'certificate'),
      receipt: fromBase64(receipt, 'receipt'),
      signature: fromBase64(signature, 'signature'),
    };
  });
}

/** Writes them, whole or not at all; where there are none, there is no file. */
export async function writePending(path: string, receipts: readonly KeptReceipt[]): Promise<void> {
  if (receipts.length === 0) {
    await rm(path, { force: true });
    return;
  }
  const entries = receipts.map(({ certificate, receipt, signature }) => ({
    certificate: toBase64(certificate),
    receipt: toBase64(receipt),
    signature: toBase64(signature),
  }));
  await writeFile(`${path}.new`, `${JSON.stringify({ schema: SCHEMA, receipts: entries })}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function malformed(path: string): AssayError {
  return new AssayError('malformed', `${path}: no ${SCHEMA}; delete it, and the receipts in it are lost`);
}
