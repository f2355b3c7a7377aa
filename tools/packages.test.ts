import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const root = manifestIn('.');
const packages = globSync(['packages/*/package.json', 'apps/*/package.json']).map((path) => {
  const folder = dirname(path);
  return { folder, manifest: manifestIn(folder), name: manifestIn(folder).name };
});
const versions = new Map(packages.map(({ manifest }) => [manifest.name, manifest.version]));

/** Paths that the package would ship, without building it. */
function shipped(folder: string): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = execFileSync('npm', args, { cwd: folder, shell: process.platform === 'win32', stdio: 'pipe' });
  const [pack] = Object.values(
    JSON.parse(output.toString()) as Record<string, { readonly files: readonly { path: string }[] }>,
  );
  return pack?.files.map(({ path }) => path) ?? [];
}

describe.each(packages)('the package $name', ({ folder, manifest }) => {
  test('says what it is, under the licence of the whole', () => {
    expect(manifest.description).toMatch(/^[A-Z].{10,}[^.]$/);
    expect(manifest).toMatchObject({ license: root.license, engines: root.engines });
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
  });

  test('needs the other packages in their own version', () => {
    const own = Object.entries(manifest.dependencies ?? {}).filter(([name]) => versions.has(name));
    expect(own).toEqual(own.map(([name]) => [name, versions.get(name)]));
  });

  test('ships its sources, which source maps name, and neither tests nor build state', () => {
    const paths = shipped(folder);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    const sources = globSync('src/**/*.{ts,tsx}', { cwd: folder }).map((path) => path.replaceAll('\\', '/'));
    expect(paths.filter((path) => path.startsWith('src/')).sort()).toEqual(
      sources.filter((path) => !/\.test\.tsx?$/.test(path)).sort(),
    );
    expect(paths.filter((path) => /\.test\.|tsbuildinfo|^tsconfig/.test(path))).toEqual([]);
    for (const target of [
      ...Object.values(manifest.bin ?? {}),
      ...Object.values(manifest.exports ?? {}).flatMap((conditions) => Object.values(conditions)),
    ]) {
      expect(paths).toContain(target.replace(/^\.\//, ''));
    }
  });
});
