import { CompiledQuery, type Insertable, SqliteAdapter, type Transaction } from 'kysely';
import { usage } from '../failure.ts';

/** Most rows of one statement; smaller powers of two take the rest, so that few statements are prepared. */
const MOST_ROWS = 64;

const texts = new Map<string, string>();
const MOST_TEXTS = 1_024;

function quoted(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return `"${name}"`;
  throw usage(`${JSON.stringify(name)} is no name of a table or column; expected lower-case letters, digits and _`);
}

/** `insert` for so many rows; the parameters are `?`, or `$1` and so on. */
function textFor(table: string, columns: readonly string[], rows: number, numbered: boolean): string {
  const key = `${numbered} ${rows} ${table} ${columns.join(' ')}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const mark = (index: number): string => (numbered ? `$${index + 1}` : '?');
  const row = (index: number): string =>
    `(${columns.map((_, column) => mark(index * columns.length + column)).join(', ')})`;
  const values = Array.from({ length: rows }, (_, index) => row(index)).join(', ');
  const text = `insert into ${quoted(table)} (${columns.map(quoted).join(', ')}) values ${values}`;
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(key, text);
  return text;
}

/**
 * Inserts rows that all have the same columns, in statements of few sizes. Kysely's own `values` makes a statement for
 * each number of rows, and where batches differ in size, preparing them takes longer than running them. Throws
 * `ConstraintViolation` when one row breaks a rule.
 */
export async function insertRows<Schema, Table extends keyof Schema & string>(
  transaction: Transaction<Schema>,
  table: Table,
  rows: readonly Insertable<Schema[Table]>[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const numbered = !(transaction.getExecutor().adapter instanceof SqliteAdapter);
  for (let start = 0; start < rows.length; ) {
    const left = rows.length - start;
    const count = left >= MOST_ROWS ? MOST_ROWS : 2 ** Math.floor(Math.log2(left));
    const parameters: unknown[] = [];
    for (const row of rows.slice(start, start + count)) {
      if (Object.keys(row).length !== columns.length) throw usage(`rows for ${table} differ in their columns`);
      for (const column of columns) parameters.push(Reflect.get(row, column));
    }
    await transaction.executeQuery(CompiledQuery.raw(textFor(table, columns, count, numbered), parameters));
    start += count;
  }
}
