import { globSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf, LAYERS, layerOf, SHARED, TEES, violations } from './architecture.ts';
import { moduleRequests } from './syntax.ts';

const files = globSync(['packages/*/src/**/*.{ts,tsx}', 'apps/*/src/**/*.{ts,tsx}'])
  .map((path) => path.split(sep).join('/'))
  .filter((path) => !/\.test\.tsx?$/.test(path));
const sourceOf = (path: string): string => readFileSync(path, 'utf8');

describe('the sources', () => {
  test('are found, with their imports', () => {
    expect(files.length).toBeGreaterThan(2);
    expect(files.flatMap((path) => moduleRequests(path, sourceOf(path))).length).toBeGreaterThan(2);
  });

  test('lie in a known layer, those of verify in a folder known as shared or as a TEE', () => {
    expect([...new Set(files.map(layerOf))].filter((name) => !LAYERS.includes(name))).toEqual([]);
    const folders = new Set(files.map(folderOf).filter((name) => name !== undefined));
    expect([...folders].filter((name) => !SHARED.includes(name) && !TEES.includes(name))).toEqual([]);
  });

  test('keep every boundary', () => {
    expect(files.flatMap((path) => violations(path, sourceOf(path)))).toEqual([]);
  });
});

/** Every way to name a module. */
const FORMS: Readonly<Record<string, (specifier: string) => string>> = {
  static: (specifier) => `import { x } from '${specifier}';`,
  'side effect': (specifier) => `import '${specifier}';`,
  dynamic: (specifier) => `export const x = async () => await import('${specifier}');`,
  'export from': (specifier) => `export { x } from '${specifier}';`,
  'export all': (specifier) => `export * from '${specifier}';`,
  'type-only': (specifier) => `import type { X } from '${specifier}';`,
  'type-only export': (specifier) => `export type { X } from '${specifier}';`,
  'import type': (specifier) => `export type X = import('${specifier}').X;`,
  'import equals': (specifier) => `import x = require('${specifier}');`,
};

/** Forbidden imports: rule, importing file, specifier, reason given. */
const PLANTED: readonly (readonly [string, string, string, string])[] = [
  ['upwards', 'packages/verify/src/policy/x.ts', '@assay/simulate', 'imports point downwards only'],
  ['sideways to itself by name', 'packages/verify/src/dcap/x.ts', '@assay/verify/sgx', 'imports point downwards only'],
  ['package to app', 'packages/server/src/x.ts', '@assay/cli', 'imports point downwards only'],
  ['unknown layer', 'apps/cli/src/x.ts', '@assay/nowhere', 'no such layer'],
  [
    'out of the package',
    'packages/verify/src/x.ts',
    '../../simulate/src/x.ts',
    'relative imports stay in their package',
  ],
  ['out of src', 'apps/cli/src/x.ts', '../dist/main.js', 'relative imports stay in their package'],
  ['Node in verify', 'packages/verify/src/codec/x.ts', 'node:fs', 'verify knows Node in crypto/node.ts only'],
  ['Node without prefix', 'packages/verify/src/crypto/web.ts', 'crypto', 'verify knows Node in crypto/node.ts only'],
  [
    'crypto/node.ts',
    'packages/verify/src/sgx/x.ts',
    '../crypto/node.ts',
    'verify reaches crypto/node.ts through #crypto',
  ],
  ['dependency of verify', 'packages/verify/src/policy/x.ts', 'zod/mini', 'verify imports only @noble/secp256k1'],
  ...SHARED.flatMap((shared) =>
    TEES.map((tee) => {
      const rule = 'shared code of verify names no TEE';
      return [`${shared} to ${tee}`, `packages/verify/src/${shared}/x.ts`, `../${tee}/x.ts`, rule] as const;
    }),
  ),
  ['TEE folder', 'packages/verify/src/verdict/deep/x.ts', '../../tdx', 'shared code of verify names no TEE'],
  ['framework', 'packages/attest/src/x.ts', 'hono', 'nothing below server knows an HTTP framework'],
  [
    'part of a framework',
    'packages/plan/src/x.ts',
    '@hono/node-server',
    'nothing below server knows an HTTP framework',
  ],
  ['address', 'apps/cli/src/x.ts', 'https://example.org/x.js', 'not a relative path, a package or a Node module'],
  ['absolute path', 'apps/cli/src/x.ts', '/srv/x.ts', 'not a relative path, a package or a Node module'],
  ['other alias', 'packages/verify/src/dcap/x.ts', '#sgx', 'not a relative path, a package or a Node module'],
];

describe('a planted import is refused', () => {
  for (const [name, path, specifier, reason] of PLANTED) {
    test.each(Object.entries(FORMS))(`${name}, %s`, (_form, write) => {
      expect(violations(path, write(specifier)).join('\n')).toContain(`${path} imports ${specifier}: ${reason}`);
    });
  }

  test('computed at run time', () => {
    const source = `export const load = async (name: string) => await import(name);`;
    expect(violations('apps/cli/src/x.ts', source)).toEqual([
      'apps/cli/src/x.ts imports name: a computed import cannot be checked',
    ]);
  });

  test('nested in a function of a class', () => {
    const source = `class A { run() { return () => import('node:fs'); } }`;
    expect(violations('packages/verify/src/sgx/x.ts', source)).toHaveLength(1);
  });

  test.each([
    'Date.now()',
    'globalThis.Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'crypto.getRandomValues(bytes)',
    'globalThis.crypto.randomUUID()',
    'performance.now()',
  ])('%s in verify only', (call) => {
    const source = `export const read = (bytes: Uint8Array) => ${call};`;
    const reason = 'verify has no clock and no randomness of its own';
    expect(violations('packages/verify/src/verdict/x.ts', source).join('\n')).toContain(reason);
    expect(violations('packages/simulate/src/x.ts', source)).toEqual([]);
    expect(violations('packages/verify/src/verdict/x.ts', 'export const day = new Date(0);')).toEqual([]);
  });

  test('a source that does not parse is an error', () => {
    expect(() => violations('apps/cli/src/x.ts', 'import {')).toThrow('apps/cli/src/x.ts');
  });
});

test.each([
  ['packages/verify/src/crypto/node.ts', 'node:crypto'],
  ['packages/verify/src/dcap/x.ts', '#crypto'],
  ['packages/verify/src/sgx/x.ts', '../dcap/x.ts'],
  ['packages/verify/src/dstack/x.ts', '@noble/secp256k1'],
  ['packages/simulate/src/intel/x.ts', '@assay/verify/codec'],
  ['packages/server/src/x.ts', 'hono'],
  ['apps/cli/src/x.ts', 'node:fs/promises'],
])('%s may import %s', (path, specifier) => {
  for (const write of Object.values(FORMS)) expect(violations(path, write(specifier))).toEqual([]);
});
