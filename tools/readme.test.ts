import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPolicy } from '../apps/cli/src/policy-options.ts';
import { assayHere } from './assay-in-process.ts';
import { makeFolder } from './demo-folder.ts';
import { vectorsFolder } from './vectors.ts';
import { describeWithVectors } from './vectors-in-tests.ts';

/** The quote whose verdict README.md shows: genuine, and of a TD under debug on a machine without its updates. */
const SHOWN = 'tdx-v4-50806f000000-12b401a8';

const pages = globSync(['*.md', 'docs/*.md', 'packages/*/README.md', 'apps/*/README.md']).map((path) => ({
  path,
  text: readFileSync(path, 'utf8'),
}));

/** The fenced blocks of a page in one language. */
const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);

describeWithVectors('the verdict in README.md', () => {
  test('is what the command prints for that quote', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const [shown = ''] = blocks(readme, '').filter((block) => block.startsWith('$ npx assay verify'));
    const [command = '', ...lines] = shown.split('\n');
    const folder = join(vectorsFolder() ?? '', SHOWN);
    const quote = join(folder, 'quote.bin');
    const args = command.split(' ').slice(3);
    const given = args.map((arg) => ({ 'quote.bin': quote, collateral: folder })[arg] ?? arg);
    const { exit, output } = await assayHere(given);
    expect(exit).toBe(1);
    expect(lines.join('\n')).toBe(output.replace(quote, 'quote.bin'));
  });
});

describe('examples', () => {
  const ofLanguage = (language: string) =>
    pages.flatMap(({ path, text }) => blocks(text, language).map((block) => ({ path, block })));

  test.each(ofLanguage('yaml'))('in YAML are policies ($path)', async ({ block }) => {
    await using folder = await makeFolder();
    await folder.write({ 'policy.yaml': block });
    const io = { stdin: async () => new Uint8Array(), stdout: () => undefined, stderr: () => undefined };
    const policy = await readPolicy(folder.path('policy.yaml'), {
      ...io,
      now: () => new Date(0),
      env: {},
      columns: 80,
      colour: false,
    });
    expect(policy.releases?.length).toBeGreaterThan(0);
  });

  test.each(ofLanguage('ts'))('in TypeScript import what there is ($path)', async ({ block }) => {
    const imports = [...block.matchAll(/^import \{ (.*) \} from '(.*)';$/gm)];
    expect(imports.length).toBeGreaterThan(0);
    for (const [, names = '', entry = ''] of imports) {
      const exported = (await import(entry)) as object;
      for (const name of names.split(', ')) expect(Object.keys(exported), `${name} of ${entry}`).toContain(name);
    }
  });
});

test.each(pages)('$path links to what there is', ({ path, text }) => {
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
  expect(targets.filter((target) => !existsSync(join(dirname(path), target)))).toEqual([]);
});

test('the steps that tests of quotes are named after are those of docs/architecture.md', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const items = new Map<string, readonly [from: number, to: number]>();
  for (const [, step = '', from = '', to = from] of page.matchAll(/^\| (1\.\d+) \| (\d+)(?:–(\d+))? \|/gm)) {
    items.set(step, [Number(from), Number(to)]);
  }
  const files = globSync('packages/verify/src/{dcap,sgx,tdx}/*.test.ts').map((path) => readFileSync(path, 'utf8'));
  const titles = files.flatMap((text) => text.match(/(?<=['`])1\.\d+[ :][^'`\n]*/g) ?? []);
  const named = titles.flatMap((title) => [...title.matchAll(/\b(1\.\d+)(?: items? (\d+))?/g)]);
  expect(named.length).toBeGreaterThan(15);
  for (const [title, step = '', item] of named) {
    const [from = Number.NaN, to = Number.NaN] = items.get(step) ?? [];
    const at = item === undefined ? from : Number(item);
    expect(at >= from && at <= to, title).toBe(true);
  }
});
