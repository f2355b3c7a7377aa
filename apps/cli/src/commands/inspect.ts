import { type Answer, jsonText } from '../answer.ts';
import { type Inspectable, readRecognised } from '../evidence.ts';
import { EXIT } from '../failure.ts';
import { nameOf } from '../files.ts';
import { inspectContainer } from '../inspection/container.ts';
import { inspectEventLog } from '../inspection/event-log.ts';
import { inspectEvidence } from '../inspection/evidence.ts';
import type { Findings, Inspection } from '../inspection/inspection.ts';
import type { Io } from '../io.ts';
import { inspectionTable } from '../table/inspection-table.ts';
import { COLOURED, PLAIN } from '../table/style.ts';

/** Decodes a file. Exit 1 when it is malformed. Throws `Unrecognised` when it is no kind of evidence. */
export async function inspect(file: string, { json }: { readonly json?: boolean }, io: Io): Promise<Answer> {
  const recognised = await readRecognised(file, io);
  const { kind, encoding } = recognised;
  const findings = await findingsOf(recognised);
  const inspection: Inspection = { schema: 'assay.inspection/1', kind, encoding, ...findings };
  const context = { name: nameOf(file), columns: io.columns, style: io.colour ? COLOURED : PLAIN };
  return {
    output: json ? jsonText(inspection) : inspectionTable(inspection, context),
    exitCode: findings.problems.length > 0 ? EXIT.refused : EXIT.trusted,
  };
}

function findingsOf(recognised: Inspectable): Promise<Findings> {
  if (recognised.kind === 'evidence') return inspectEvidence(recognised.bytes);
  if (recognised.kind === 'event-log') return inspectEventLog(recognised.bytes);
  return inspectContainer(recognised);
}
