import { AssayError, type RawEndorsements, verify } from '@assay/verify';
import { makeBundle, serialiseBundle } from '@assay/verify/bundle';
import { utf8 } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import { type Answer, jsonText } from '../answer.ts';
import { writeWhole } from '../collateral/directory.ts';
import { readEvidence } from '../evidence.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import {
  type CompanionFlags,
  completed,
  type ExpectationFlags,
  expectations,
  type TrustFlags,
  trustOptions,
} from '../judging.ts';
import { rows } from '../table/layout.ts';
import { COLOURED, PLAIN } from '../table/style.ts';
import { version } from '../version.ts';

/** Options of `assay bundle`. */
export interface BundleFlags extends TrustFlags, CompanionFlags, ExpectationFlags {
  readonly collateral: string;
  readonly output: string;
  readonly json?: boolean;
}

/** Judges evidence and keeps it with its endorsements and the record. Exit 0 when written, whatever the verdict. */
export async function bundle(file: string, flags: BundleFlags, io: Io): Promise<Answer> {
  const found = await readEvidence(file, io);
  if ('malformed' in found) throw new AssayError('malformed', `FILE: ${found.malformed}`, { field: 'FILE' });
  const { endorsements, ...trust } = await trustOptions(flags, io);
  const options = { ...trust, ...(await expectations(flags, found, io)) };
  const evidence = { ...(await completed(found, flags, io)), endorsements: endorsements as RawEndorsements };
  const verdict = await verify(evidence, { ...options, endorsements });
  const envelope: Envelope = { ...evidence, ...(verdict.tee && { tee: verdict.tee }) };
  const made = await makeBundle({ ...options, evidence: envelope, verdict, version: `assay ${version()}` });
  const bytes = utf8(serialiseBundle(made));
  await writeWhole(flags.output, bytes);
  const { verdictDigest } = made.record;
  const { outcome } = verdict;
  if (flags.json) {
    const document = { schema: 'assay.bundled/1', file: flags.output, bytes: bytes.length, outcome, verdictDigest };
    return { output: jsonText(document), exitCode: EXIT.trusted };
  }
  const style = io.colour ? COLOURED : PLAIN;
  const list = [
    { label: 'size', value: `${bytes.length} bytes` },
    { label: 'verdict on record', value: `${outcome} (sha256 ${verdictDigest})` },
  ];
  const next = `Next: assay verify ${flags.output} --at ${new Date(made.record.instant * 1000).toISOString().slice(0, 19)}Z --policy FILE`;
  const table = rows(list, { indent: 2, columns: io.columns }, style.dim);
  return {
    output: `${style.bold(style.good('✓ BUNDLED'))}  ${flags.output}\n\n${table}\n${next}\n`,
    exitCode: EXIT.trusted,
  };
}
