import { setTimeout as sleep } from 'node:timers/promises';
import { download, parseEndpoint } from '@assay/server';
import { audit, type EntryProof, readCheckpoint, readPromise, readProof, type SignedPromise } from '@assay/tracker';
import { AssayError } from '@assay/verify';
import { fromBase64, fromUtf8, type Json, parseJson, parseJsonObject } from '@assay/verify/codec';
import { type Answer, jsonText } from '../answer.ts';
import { EXIT, usage } from '../failure.ts';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';
import { printable } from '../table/style.ts';

/** Options of `assay tracker audit`. */
export interface AuditFlags {
  /** The tracker's address. */
  readonly from: string;
  /** Base64 of the key that signs its ledger. */
  readonly key: string;
  readonly json?: boolean;
}

/** Entries whose proofs are asked for at once. */
const AT_ONCE = 200;

/** Holds a tracker to its promises: are these receipts in its ledger now? Throws `usage` and `unavailable`. */
export async function auditTracker(file: string, { from, key, json }: AuditFlags, io: Io): Promise<Answer> {
  const publicKey = keyOf(key);
  const promises = promisesOf(parseJson(await readText(file, io, 'FILE'), 'FILE'));
  const ask = asker(from, io);
  const checkpoint = readCheckpoint(await ask('/ledger/checkpoint', {}));
  if (checkpoint === undefined) throw new AssayError('unavailable', `--from: ${from} answered no checkpoint`);
  const { size } = checkpoint.content;
  const promised = promises.flatMap(({ content }) => [
    content.sequence,
    ...content.receipts.map((one) => one.sequence),
  ]);
  const sequences = [...new Set(promised)].filter((sequence) => sequence < size);
  const proofs: EntryProof[] = [];
  for (let at = 0; at < sequences.length; at += AT_ONCE) {
    const some = sequences.slice(at, at + AT_ONCE).join(',');
    const answer = await ask('/ledger/proofs', { sequences: some, size: String(size) });
    const list = Array.isArray(answer.proofs) ? answer.proofs : [];
    proofs.push(...list.map(readProof).filter((proof) => proof !== undefined));
  }
  const found = audit({ promises, checkpoint, proofs, publicKey });
  const exitCode = found.kept ? EXIT.trusted : EXIT.refused;
  if (json) return { output: jsonText({ schema: 'assay.tracker-audit/1', ...found, checkpoint }), exitCode };
  const lines = found.findings.map(({ code, message }) => `${code}: ${printable(message)}\n`);
  const end = found.kept ? 'every promise is kept' : 'the tracker does not keep its word';
  return { output: `${lines.join('')}${found.receipts} receipts of ${promises.length} promises; ${end}\n`, exitCode };
}

/** A promise, a list of them, or answers of `/report`. */
function promisesOf(value: Json): readonly SignedPromise[] {
  const list: readonly Json[] = Array.isArray(value) ? value : [value];
  return list.map((one, index) => {
    const inside = typeof one === 'object' && one !== null && 'promise' in one ? one.promise : one;
    const promise = readPromise(inside);
    if (promise === undefined) throw usage(`FILE: number ${index + 1} is no promise, and no answer of /report`, 'FILE');
    return promise;
  });
}

function keyOf(text: string): Uint8Array {
  try {
    return fromBase64(text.trim(), '--key');
  } catch {
    throw usage(
      '--key: expected base64: claims.receiptKey of the tracker’s attestation, or ledger_key of /config',
      '--key',
    );
  }
}

function asker(from: string, { now, stderr }: Io) {
  const { origin, path } = parseEndpoint(from, '--from');
  const limits = {
    field: '--from',
    ...{ sleep: (milliseconds: number) => sleep(milliseconds), now },
    report: (message: string) => stderr(`assay: tracker audit: ${message}\n`),
  };
  return async (rest: string, query: Readonly<Record<string, string>>) => {
    const { bytes } = await download(new URL(`${origin}${path}${rest}?${new URLSearchParams(query)}`), limits);
    return parseJsonObject(fromUtf8(bytes, rest), rest);
  };
}
