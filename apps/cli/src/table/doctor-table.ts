import type { Examination, ExaminedCheck } from '@assay/attest';
import { labelWidth, type Row, rows } from './layout.ts';
import type { Style } from './style.ts';

/** How the table looks. */
export interface DoctorContext {
  readonly columns: number;
  readonly style: Style;
}

const MARKS = { pass: '✓', fail: '✗', skip: '–' } as const;

/** An examination for people: what works, then each attester with what it lacks and what to do. */
export function doctorTable(attesters: readonly Examination[], { columns, style }: DoctorContext): string {
  const working = attesters.filter(({ available }) => available).map(({ name }) => name);
  const headline =
    working.length > 0
      ? `${style.bold(style.good('✓ EVIDENCE CAN BE MADE'))}  by ${working.join(', ')}\n`
      : `${style.bold(style.bad('✗ NO EVIDENCE HERE'))}  no attester works on this machine\n`;
  const labels = labelWidth(attesters.flatMap(({ checks }) => checks.flatMap((check) => rowsOf(check, style))));
  const sections = attesters.map(({ name, available, looked, checks }) => {
    const state = available ? style.good('works') : style.dim('not here');
    const found = looked.map((value, index) => ({ label: index === 0 ? 'looked at' : '', value }));
    const table = [...found, ...checks.flatMap((check) => rowsOf(check, style))];
    return `${style.bold(name)}  ${state}\n${rows(table, { indent: 2, columns, labels }, style.dim)}`;
  });
  return [headline, ...sections].join('\n');
}

function rowsOf({ id, requires, outcome, found, remedy }: ExaminedCheck, style: Style): readonly Row[] {
  const paint = { pass: style.good, fail: style.bad, skip: style.dim }[outcome];
  const label = `${MARKS[outcome]} ${id}`;
  if (outcome !== 'fail') return [{ label, value: found, paint: outcome === 'skip' ? paint : undefined }];
  return [
    { label, value: requires, paint },
    { label: '  found', value: found },
    ...(remedy === undefined ? [] : [{ label: '  what to do', value: remedy }]),
  ];
}
