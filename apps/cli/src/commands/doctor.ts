import { examine } from '@assay/attest';
import { type Answer, jsonText } from '../answer.ts';
import { attestersHere } from '../attesters.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { doctorTable } from '../table/doctor-table.ts';
import { COLOURED, PLAIN } from '../table/style.ts';

/** Options of `assay doctor`. */
export interface DoctorFlags {
  readonly from?: string;
  readonly json?: boolean;
}

/** Says which attesters work here, and what the others lack. Exit code 0 when one works. */
export async function doctor({ from, json }: DoctorFlags, io: Io): Promise<Answer> {
  const attesters = await Promise.all(attestersHere(from, io).map((attester) => examine(attester)));
  const exitCode = attesters.some(({ available }) => available) ? EXIT.trusted : EXIT.refused;
  if (json) return { output: jsonText({ schema: 'assay.doctor/1', attesters }), exitCode };
  return { output: doctorTable(attesters, { columns: io.columns, style: io.colour ? COLOURED : PLAIN }), exitCode };
}
