import { existsSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';

/** The seeds, by the number that begins the ids of their rows. */
const SEEDS: Readonly<Record<string, string>> = {
  '000': 'TDX host provisioning and recording oracle',
  '001': 'BitTorrent tracker (PBTS)',
  '002': 'Workerd kettle in SGX under Gramine',
  '003': 'Attestation server on Confidential Space',
  '004': 'Application on dstack',
};

/** What may follow `planned: `. */
const AREAS: readonly string[] = [
  'verifier',
  'attesters and simulator',
  'attestation services',
  'verification services',
  'tracker',
  'provisioning',
  'tunnel and kettle',
  'oracle',
  'deployment',
];

const HEADER = ['id', 'what the document says', "Assay's equivalent", 'state', 'test'];
const NO_TEST = '–';
const REFERENCE = /^`([^`]+)` › `([^`]+)`$/;
const TEST_FILE = /^(packages|apps|tools|bench)\/(?!.*\.\.).+\.test\.tsx?$/;

/** Titles of the tests and groups in a file of the repository, or undefined where there is no such file. */
type TitlesOf = (path: string) => ReadonlySet<string> | undefined;

const cellsOf = (line: string): readonly string[] =>
  line
    .replace(/^\||\|\s*$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

/** What is wrong with the references in a test cell; several references are parted by `<br>`. */
const referenceProblems = (cell: string, titlesOf: TitlesOf): readonly string[] =>
  cell.split('<br>').flatMap((reference) => {
    const [, path = '', title = ''] = REFERENCE.exec(reference.trim()) ?? [];
    if (path === '') return ['names no test, written as `path` › `title`'];
    const titles = TEST_FILE.test(path) ? titlesOf(path) : undefined;
    if (titles === undefined) return [`no such test file: ${path}`];
    return titles.has(title) ? [] : [`no such test in ${path}: ${title}`];
  });

/** What is wrong with one row of a section. */
const rowProblems = (cells: readonly string[], seed: string | undefined, titlesOf: TitlesOf): readonly string[] => {
  const [id = '', says = '', equivalent = '', state = '', reference = ''] = cells;
  const found: string[] = [];
  if (cells.length !== HEADER.length) found.push(`has ${cells.length} cells, not ${HEADER.length}`);
  if (seed === undefined) found.push('stands outside the section of a seed');
  else if (!new RegExp(`^${seed}-\\d{2,3}$`).test(id)) found.push(`id must look like ${seed}-01`);
  if (says === '' || equivalent === '') found.push('says nothing');
  if (state === 'done') found.push(...referenceProblems(reference, titlesOf));
  else if (!AREAS.some((area) => state === `planned: ${area}`)) found.push(`unknown state: ${state}`);
  else if (reference !== NO_TEST) found.push(`is planned, its test must be ${NO_TEST}`);
  return found;
};

interface Ledger {
  readonly problems: readonly string[];
  /** Ids by seed, in order of appearance. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
}

/** Reads the ledger's Markdown and lists everything that is wrong with it. */
const readLedger = (markdown: string, titlesOf: TitlesOf): Ledger => {
  const problems: string[] = [];
  const ids = new Map<string, string[]>();
  let seed: string | undefined;
  let inTable = false;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (line.startsWith('## ')) {
      seed = Object.keys(SEEDS).find((number) => line === `## ${number} · ${SEEDS[number]}`);
      if (seed !== undefined) ids.set(seed, ids.get(seed) ?? []);
    }
    if (!line.trimStart().startsWith('|')) {
      inTable = false;
    } else if (!inTable) {
      inTable = true;
      if (cellsOf(line).join('|') !== HEADER.join('|')) problems.push(`line ${index + 1}: columns must be ${HEADER}`);
    } else if (!/^[|\s:-]+$/.test(line)) {
      const cells = cellsOf(line);
      const id = cells[0] ?? '';
      problems.push(...rowProblems(cells, seed, titlesOf).map((problem) => `line ${index + 1}: ${id} ${problem}`));
      if (seed !== undefined) ids.get(seed)?.push(id);
    }
  }
  for (const number of Object.keys(SEEDS)) {
    const found = ids.get(number) ?? [];
    if (found.length === 0) problems.push(`section ${number} · ${SEEDS[number]} is missing or empty`);
    for (const id of new Set(found.filter((each, at) => found.indexOf(each) !== at))) {
      problems.push(`${id} stands twice`);
    }
    // An id lives for ever: a row may change, it must not vanish.
    const present = new Set(found.map((id) => Number(id.slice(4))));
    for (let at = 1; at < Math.max(...present, 0); at++) {
      if (!present.has(at)) problems.push(`${number}-${String(at).padStart(2, '0')} is gone`);
    }
  }
  return { problems, ids };
};

type Syntax = Readonly<Record<string, unknown>>;
const isSyntax = (value: unknown): value is Syntax => typeof value === 'object' && value !== null;

/** The names in a callee, as `test.each(rows)` is `test`, `each`. */
const calleeNames = (callee: unknown): readonly string[] => {
  if (!isSyntax(callee)) return [];
  if (callee.type === 'Identifier') return [String(callee.name)];
  if (callee.type === 'MemberExpression') return [...calleeNames(callee.object), ...calleeNames(callee.property)];
  return callee.type === 'CallExpression' ? calleeNames(callee.callee) : [];
};

/** Titles of the tests and groups that a source really declares: none in comments, none that are skipped or still to do. */
const testTitles = (path: string, source: string): ReadonlySet<string> => {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const titles = new Set<string>();
  const pending: unknown[] = [program];
  while (pending.length > 0) {
    const value = pending.pop();
    if (!isSyntax(value)) continue;
    if (value.type === 'CallExpression') {
      const names = calleeNames(value.callee);
      if (names.includes('skip') || names.includes('todo')) continue;
      const title: unknown = Array.isArray(value.arguments) ? value.arguments[0] : undefined;
      if (['test', 'it', 'describe'].includes(names[0] ?? '') && isSyntax(title)) {
        if (typeof title.value === 'string') titles.add(title.value);
        else if (title.type === 'TemplateLiteral')
          titles.add(source.slice(Number(title.start) + 1, Number(title.end) - 1));
      }
    }
    pending.push(...Object.values(value));
  }
  return titles;
};

describe('docs/seeds.md', () => {
  const cache = new Map<string, ReadonlySet<string>>();
  const titlesOf: TitlesOf = (path) => {
    if (!existsSync(path)) return undefined;
    const titles = cache.get(path) ?? testTitles(path, readFileSync(path, 'utf8'));
    cache.set(path, titles);
    return titles;
  };
  const { problems, ids } = readLedger(readFileSync('docs/seeds.md', 'utf8'), titlesOf);

  test('is in order, and every row that is done names a test that exists', () => {
    expect(problems).toEqual([]);
  });

  test('keeps the rows of all five seeds', () => {
    const counts = Object.keys(SEEDS).map((number) => ids.get(number)?.length ?? 0);
    const atLeast = [62, 111, 59, 72, 32];
    expect(counts.map((count, at) => count >= (atLeast[at] ?? 0))).toEqual(counts.map(() => true));
  });
});

describe('a planted fault in a ledger is found', () => {
  const rule = `| ${HEADER.join(' | ')} |\n|---|---|---|---|---|\n`;
  const good = (seed: string): string => `| ${seed}-01 | a thing | our thing | planned: tracker | – |`;
  const file = 'packages/verify/src/verify.test.ts';
  const titles: TitlesOf = (path) => (path === file ? new Set(['accepts a quote']) : undefined);

  /** A sound ledger of one row each, in which the rows of seed 001 are the given ones. */
  const ledger = (...rows: readonly string[]): string =>
    Object.entries(SEEDS)
      .map(([seed, name]) => `## ${seed} · ${name}\n\n${rule}${seed === '001' ? rows.join('\n') : good(seed)}\n`)
      .join('\n');
  const problemsOf = (markdown: string): string => readLedger(markdown, titles).problems.join('\n');
  const done = (reference: string): string => ledger(`| 001-01 | a \\| b | ours | done | ${reference} |`);

  test('none in a sound one', () => {
    expect(problemsOf(ledger(good('001')))).toBe('');
    expect(problemsOf(done(`\`${file}\` › \`accepts a quote\``))).toBe('');
    expect(problemsOf(done(`\`${file}\` › \`accepts a quote\`<br>\`${file}\` › \`accepts a quote\``))).toBe('');
  });

  const reference = `\`${file}\` › \`accepts a quote\``;
  const row = (state: string, cell: string): string => ledger(`| 001-01 | a | b | ${state} | ${cell} |`);
  test.each([
    ['an unknown state', row('finished', NO_TEST), '001-01 unknown state: finished'],
    ['an unknown area', row('planned: somebody', NO_TEST), '001-01 unknown state: planned: somebody'],
    ['a test for what is planned', row('planned: oracle', reference), '001-01 is planned, its test must be –'],
    ['no test for what is done', row('done', NO_TEST), '001-01 names no test'],
    ['an empty test cell', row('done', ''), '001-01 names no test'],
    ['a file without a title', row('done', `\`${file}\``), '001-01 names no test'],
    ['a missing file', done('`tools/none.test.ts` › `x`'), '001-01 no such test file: tools/none.test.ts'],
    ['a file that is no test', done('`docs/seeds.md` › `x`'), '001-01 no such test file: docs/seeds.md'],
    ['a file outside', done('`tools/../../x.test.ts` › `x`'), 'no such test file: tools/../../x.test.ts'],
    ['a missing title', done(`\`${file}\` › \`accepts\``), `001-01 no such test in ${file}: accepts`],
    ['a second title that is missing', done(`${reference}<br>\`${file}\` › \`no\``), `no such test in ${file}: no`],
    ['the same id twice', ledger(good('001'), good('001')), '001-01 stands twice'],
    ['a vanished row', ledger(good('001'), good('001').replace('-01', '-03')), '001-02 is gone'],
    ['an id of another seed', ledger(good('002')), '002-01 id must look like 001-01'],
    ['an empty cell', ledger(good('001').replace('our thing', '')), '001-01 says nothing'],
    ['a cell too many', ledger(`${good('001')} more |`), '001-01 has 6 cells, not 5'],
    ['a cell too few', ledger('| 001-01 | a | planned: tracker | – |'), '001-01 has 4 cells, not 5'],
    ['an empty section', ledger(), 'section 001 · BitTorrent tracker (PBTS) is missing or empty'],
    ['a missing section', ledger(good('001')).replace('## 004', '## 005'), 'section 004 · Application on dstack'],
    ['a row outside', `${rule}${good('001')}\n\n${ledger(good('001'))}`, '001-01 stands outside the section of a seed'],
    ['other columns', ledger(good('001')).replace('| state |', '| status |'), 'columns must be'],
  ])('%s', (_name, markdown, problem) => {
    expect(problemsOf(markdown)).toContain(problem);
  });

  test('a title counts only where a test really declares it', () => {
    const source = `
      // test('in a comment', () => {});
      describe('a group', () => {
        test('plain', () => { expect('in a string').toBe(1); });
        it.each([1])('each %i', () => {});
        test.skipIf(false)('on some machines', () => {});
        test(\`of a template\`, () => {});
        test.skip('skipped', () => {});
        test.todo('to do');
        describe.skip('later', () => { test('in a skipped group', () => {}); });
      });`;
    const found = testTitles('x.test.ts', source);
    expect([...found].sort()).toEqual(['a group', 'each %i', 'of a template', 'on some machines', 'plain']);
  });
});
