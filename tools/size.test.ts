import { gzipSync } from 'node:zlib';
import { build, defaultClientConditions, type Plugin, type Rolldown } from 'vite';
import { describe, expect, test } from 'vitest';

const ENTRY = 'virtual:entry';

/** What a page pays for, by the entries it imports: bytes, minified and gzipped. Event logs, other systems' profiles and texts load on demand. */
const RECOGNISER = '@assay/verify/recognise';
const LIMITS = [
  { name: 'SGX and TDX', entries: ['@assay/verify', '@assay/verify/sgx', '@assay/verify/tdx'], limit: 32_000 },
  {
    name: 'everything that judges evidence',
    entries: [
      '@assay/verify',
      '@assay/verify/sgx',
      '@assay/verify/tdx',
      '@assay/verify/snp',
      '@assay/verify/confidential-space',
      '@assay/verify/policy',
      '@assay/verify/binding',
      '@assay/verify/evidence',
    ],
    limit: 48_000,
  },
  {
    name: 'what recognises files beside',
    entries: ['@assay/verify', '@assay/verify/sgx', '@assay/verify/tdx', RECOGNISER],
    limit: 37_000,
  },
];

/** A module of its own that exports all the entries do. */
const virtualEntry = (entries: readonly string[]): Plugin => ({
  name: 'virtual-entry',
  resolveId: (id) => (id === ENTRY ? ENTRY : undefined),
  load: (id) => (id === ENTRY ? entries.map((entry) => `export * from '${entry}';`).join('\n') : undefined),
});

/** The chunks a browser would load, the entry first. */
async function browserBuild(entries: readonly string[]): Promise<readonly Rolldown.OutputChunk[]> {
  const result = (await build({
    root: `${import.meta.dirname}/..`,
    configFile: false,
    logLevel: 'silent',
    plugins: [virtualEntry(entries)],
    resolve: { conditions: ['@assay/source', ...defaultClientConditions] },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      // A library: Vite's helper for loading on demand is the page's own, which has it once. Minified all the same.
      lib: { entry: ENTRY, formats: ['es'] },
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: 'strict', output: { minify: true } },
    },
  })) as Rolldown.RolldownOutput | readonly Rolldown.RolldownOutput[];
  return [result]
    .flat()
    .flatMap(({ output }) => output)
    .filter((output) => output.type === 'chunk')
    .sort((a, b) => Number(b.isEntry) - Number(a.isEntry));
}

const exportsOf = async (entry: string): Promise<readonly string[]> => Object.keys((await import(entry)) as object);

/** The entry and what it imports at once; the rest waits until a log or a profile asks for it. */
function loadedAtOnce(chunks: readonly Rolldown.OutputChunk[]): readonly Rolldown.OutputChunk[] {
  const loaded = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  for (const name of loaded) {
    for (const chunk of chunks) if (chunk.fileName === name) for (const next of chunk.imports) loaded.add(next);
  }
  return chunks.filter(({ fileName }) => loaded.has(fileName));
}

describe.each(LIMITS)('the browser build with $name', ({ entries, limit }) => {
  test(`is at most ${limit} bytes gzipped`, async (context) => {
    const all = await browserBuild(entries);
    const chunks = loadedAtOnce(all);
    const bytes = gzipSync(chunks.map((chunk) => chunk.code).join('\n'), { level: 9 }).length;
    await context.annotate(`${bytes} bytes gzipped`);
    expect(bytes).toBeLessThanOrEqual(limit);
  });

  test('holds every export and nothing of Node', async () => {
    const chunks = await browserBuild(entries);
    const names = new Set((await Promise.all(entries.map(exportsOf))).flat());
    // A name that two entries give two meanings would drop out of the build without a word.
    expect([...(chunks[0]?.exports ?? [])].sort()).toEqual([...names].sort());
    const modules = chunks.flatMap((chunk) => chunk.moduleIds);
    expect(modules.filter((id) => /crypto\/node\.ts|browser-external|^node:/.test(id))).toEqual([]);
    expect(modules.filter((id) => id.endsWith('/src/crypto/web.ts'))).toHaveLength(1);
    const own = new Set(chunks.map(({ fileName }) => fileName));
    const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
    expect(imported.filter((name) => !own.has(name))).toEqual([]);
  });
});

test('a page that recognises no files pays nothing for it', async () => {
  const chunks = await browserBuild(LIMITS.flatMap(({ entries }) => entries).filter((entry) => entry !== RECOGNISER));
  expect(chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => id.includes('/src/recognise/'))).toEqual([]);
});
