import { authenticate, type Verdict, verify } from '@assay/verify';
import { type Bundle, replayBundle, withTime } from '@assay/verify/bundle';
import { malformedEvidence } from '@assay/verify/evidence';
import { type Answer, jsonText } from '../answer.ts';
import { type Found, readEvidence } from '../evidence.ts';
import { EXIT, Unrecognised, usage } from '../failure.ts';
import { nameOf } from '../files.ts';
import type { Io } from '../io.ts';
import {
  type CompanionFlags,
  completed,
  type ExpectationFlags,
  expectations,
  type TrustFlags,
  trustOptions,
} from '../judging.ts';
import { COLOURED, PLAIN } from '../table/style.ts';
import { type Question, verdictTable } from '../table/verdict-table.ts';
import { requires, TEES } from '../tees.ts';
import { readCertificates, readPublicKeys } from '../values.ts';

/** Options of `assay verify`. */
export interface VerifyFlags extends TrustFlags, CompanionFlags, ExpectationFlags {
  readonly countersigner?: string;
  readonly timestampAuthority?: string;
  readonly genuine?: boolean;
  readonly asRecorded?: boolean;
  readonly json?: boolean;
}

/** Judges a file of evidence. Throws `usage`, and `Unrecognised` when it is no kind of evidence. */
export async function verifyFile(given: string | undefined, flags: VerifyFlags, io: Io): Promise<Answer> {
  const { file, expect } = positionals(given, flags.expect);
  const found = await readEvidence(file, io);
  const options = await trustOptions(flags, io);
  const report = { file, at: options.now, flags, io };
  if ('malformed' in found) return answerOf(malformedEvidence(found.malformed), report);
  if (flags.asRecorded) return replayed(found, report);
  const evidence = await completed(found, flags, io);
  if (flags.genuine) return answerOf(await authenticate(evidence, options), report);
  const expected = await expectations({ ...flags, expect }, found, io);
  const verdict = await verify(evidence, { ...options, ...expected });
  const { bundle } = found;
  const past = flags.at !== undefined && options.now < io.now();
  return answerOf(bundle && past ? await timed(verdict, bundle, report) : verdict, report);
}

/** `--expect` takes any number of values; the file may be what follows them. */
function positionals(
  file: string | undefined,
  expect: readonly string[] = [],
): { readonly file: string; readonly expect: readonly string[] } {
  const pairs = expect.filter((value) => value.includes('='));
  const others = expect.filter((value) => !value.includes('='));
  const path = file ?? others.shift();
  if (path === undefined) throw usage("missing required argument 'file'", 'FILE');
  if (others[0] !== undefined) throw usage(`--expect: expected NAME=HEX, found ${others[0]}`, '--expect');
  return { file: path, expect: pairs };
}

/** What the answer is put together from, besides the verdict. */
interface Report {
  readonly file: string;
  readonly at: Date;
  readonly flags: VerifyFlags;
  readonly io: Io;
}

/** A past instant needs somebody's word that the bundle existed then. */
async function timed(verdict: Verdict, bundle: Bundle, { at, flags, io }: Report): Promise<Verdict> {
  const { countersigner, timestampAuthority } = flags;
  return withTime(verdict, bundle, {
    at,
    ...(countersigner !== undefined && { keys: await readPublicKeys(countersigner, io, '--countersigner') }),
    ...(timestampAuthority !== undefined && {
      timestampAuthorities: await readCertificates(timestampAuthority, io, '--timestamp-authority'),
    }),
  });
}

/** Judges a bundle by its own record: shows that the record is right, and nothing else. */
async function replayed({ bundle }: Found, report: Report): Promise<Answer> {
  if (bundle === undefined) throw usage('--as-recorded: the file is no bundle', '--as-recorded');
  const replay = await replayBundle(bundle, (evidence, recorded) => verify(evidence, { tees: TEES, ...recorded }));
  const { reproduces, reason, recorded, found, verdict } = replay;
  const exitCode = reproduces ? EXIT.trusted : EXIT.refused;
  if (report.flags.json) return { output: jsonText({ schema: 'assay.replay/1', ...replay }), exitCode };
  const at = new Date(bundle.record.instant * 1000);
  const why = reason ?? (reproduces ? undefined : `the record says verdict ${recorded}, found ${found}`);
  const table = verdict === null ? '' : tableOf(verdict, reproduces, { ...report, at });
  const note = why === undefined ? '' : `\n  the record does not hold: ${why}\n`;
  return { output: `${table}${note}`, exitCode };
}

function answerOf(verdict: Verdict, report: Report): Answer {
  const { genuine, json } = report.flags;
  if (verdict.checks.some(({ id, outcome }) => id === 'evidence.recognised' && outcome === 'fail')) {
    throw new Unrecognised(`${nameOf(report.file)}: the evidence inside is of no kind that Assay knows`);
  }
  const granted = genuine ? verdict.layers.authentic === 'pass' : verdict.trusted;
  return {
    output: json ? jsonText(verdict) : tableOf(verdict, granted, report),
    exitCode: granted ? EXIT.trusted : EXIT.refused,
  };
}

function tableOf(verdict: Verdict, granted: boolean, { file, at, flags, io }: Report): string {
  const question: Question = flags.genuine ? 'genuine' : flags.asRecorded ? 'as-recorded' : 'trusted';
  return verdictTable(verdict, {
    name: nameOf(file),
    question,
    granted,
    at: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    columns: io.columns,
    style: io.colour ? COLOURED : PLAIN,
    requires,
  });
}
