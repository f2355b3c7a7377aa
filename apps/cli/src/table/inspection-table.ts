import type { Json, JsonObject } from '@assay/verify/codec';
import type { Inspection } from '../inspection/inspection.ts';
import { labelWidth, type Row, rows } from './layout.ts';
import { printable, type Style } from './style.ts';

/** How the table looks. */
export interface InspectionContext {
  readonly name: string;
  readonly columns: number;
  readonly style: Style;
}

/** Longer values, payloads of events for example, are cut: `--json` has them whole. */
const MAX_VALUE = 400;

/** An inspection for people: what it is, what is wrong with its form, and its fields by section. */
export function inspectionTable(inspection: Inspection, { name, columns, style }: InspectionContext): string {
  const { title, encoding, problems, content } = inspection;
  const written = encoding === 'raw' ? '' : `, written as ${encoding}`;
  const sections = Object.entries(content).flatMap(([heading, section]) =>
    isList(section) ? [{ heading, table: listRows(section) }] : sectionsOf(heading, section),
  );
  const labels = labelWidth(sections.flatMap(({ table }) => table));
  const parts = sections
    .filter(({ table }) => table.length > 0)
    .map(({ heading, table }) => `${style.bold(heading)}\n${rows(table, { indent: 2, columns, labels }, style.dim)}`);
  const faults = problems.map((value) => ({ label: '✗', value, paint: style.bad }));
  return [
    `${style.bold(title)}${written}, not verified\n${style.dim(printable(name))}\n`,
    ...(faults.length > 0 ? [`${style.bold('malformed')}\n${rows(faults, { indent: 2, columns }, style.bad)}`] : []),
    ...parts,
  ].join('\n');
}

interface Section {
  readonly heading: string;
  readonly table: readonly Row[];
}

/** Fields of an object; small objects inside it are one field, others are sections of their own. */
function sectionsOf(heading: string, object: JsonObject): readonly Section[] {
  const entries = Object.entries(object);
  const inner = entries.flatMap(([name, value]) =>
    isObject(value) && !isSmall(value) ? sectionsOf(`${heading}.${name}`, value) : [],
  );
  const own = entries.filter(([, value]) => !isObject(value) || isSmall(value));
  return [{ heading, table: own.map(([label, value]) => ({ label, value: show(value) })) }, ...inner];
}

/** One row for each object of a list. */
function listRows(list: readonly JsonObject[]): readonly Row[] {
  return list.map((item, index) => ({ label: String(index), value: sentence(item) }));
}

/** An event or a certificate in one line. */
function sentence(item: JsonObject): string {
  const { subject, issuer, notBefore, notAfter, register, type, name, text, payload, digest } = item;
  if (subject !== undefined)
    return `${show(subject)}, issued by ${show(issuer)}, ${show(notBefore)} to ${show(notAfter)}`;
  if (digest === undefined) return Object.values(item).map(show).join(' ');
  const content = text ?? payload;
  const said = content === undefined || content === '' ? '' : ` ${show(content)}`;
  return `${register === null ? '–    ' : show(register)} ${show(type)}${name === undefined ? '' : ` ${show(name)}`}${said}`;
}

function show(value: Json | undefined): string {
  if (value === undefined || value === null) return '–';
  if (isObject(value)) {
    const fields = Object.entries(value).map(([name, field]) =>
      name === 'raw' ? show(field) : `${name} ${show(field)}`,
    );
    return fields.join(', ');
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (/^0{16,}$/.test(text)) return `zero (${text.length / 2} bytes)`;
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}… (${text.length} characters)` : text;
}

/** Numbers, flags and short words: a TCB version, the bits of a policy. */
function isSmall(object: JsonObject): boolean {
  return Object.values(object).every((value) => typeof value !== 'object' && String(value).length <= 16);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(section: JsonObject | readonly JsonObject[]): section is readonly JsonObject[] {
  return Array.isArray(section);
}
