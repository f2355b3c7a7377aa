import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';

const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
const SCOPE = '@assay/';

type Manifest = Readonly<Partial<Record<(typeof GROUPS)[number], Readonly<Record<string, string>>>>>;

interface LockedPackage {
  readonly resolved?: string;
  readonly integrity?: string;
  /** A workspace of this repository. */
  readonly link?: boolean;
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** Each dependency on a package of others: where it is declared (`root` or a workspace) and its version. */
const declared = globSync(['package.json', 'packages/*/package.json', 'apps/*/package.json'])
  .flatMap((path) => {
    const manifest = json(path) as Manifest;
    const place = path === 'package.json' ? 'root' : dirname(path).replaceAll('\\', '/');
    const entries = GROUPS.flatMap((group) => Object.entries(manifest[group] ?? {}));
    return entries.map(([name, version]) => ({ name, version, place }));
  })
  .filter(({ name }) => !name.startsWith(SCOPE));

/** Rows of the tables: a name in the first cell, what for, why, and in the last one the places where it is declared. */
const rows = readFileSync('docs/dependencies.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .flatMap(([, name = '', purpose = '', reason = '', where = '', ...rest]) => {
    const match = /^`([^`]+)`$/.exec(name);
    if (match?.[1] === undefined) return [];
    const places = [...where.matchAll(/`(root|packages\/[a-z-]+|apps\/[a-z-]+)`/g)].map(([, place]) => place ?? '');
    return [{ name: match[1], cells: [purpose, reason, where], rest: rest.length, places }];
  });

describe('docs/dependencies.md', () => {
  test('has one row for each dependency, and no other', () => {
    const names = [...new Set(declared.map(({ name }) => name))].sort();
    expect(names.length).toBeGreaterThan(10);
    expect(rows.map(({ name }) => name).sort()).toEqual(names);
  });

  test.each(rows)('says of $name what for, why, and where it is declared', ({ name, cells, rest, places }) => {
    expect(rest).toBe(1);
    for (const cell of cells) expect(cell).not.toBe('');
    const expected = declared.filter((dependency) => dependency.name === name).map(({ place }) => place);
    expect(new Set(places)).toEqual(new Set(expected));
  });
});

test('versions are exact', () => {
  // `npm:NAME@` is a package under another name: several versions of one, side by side.
  const exact = /^(npm:(@[a-z0-9-]+\/)?[a-z0-9.-]+@)?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
  const loose = declared.filter(({ version }) => !exact.test(version));
  expect(loose.map(({ name, version }) => `${name}@${version}`)).toEqual([]);
});

test('the lock file names no registry and a hash for every package', () => {
  const { packages } = json('package-lock.json') as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const entries = Object.entries(packages);
  expect(entries.length).toBeGreaterThan(100);
  expect(entries.filter(([, { resolved }]) => /^[a-z+]+:/.test(resolved ?? '')).map(([path]) => path)).toEqual([]);
  const installed = entries.filter(([path, { link }]) => path.includes('node_modules/') && link !== true);
  expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
});
