import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { expect, test } from 'vitest';
import { moduleRequests } from './syntax.ts';

/** Every request of the modules that an entry reaches by relative imports, each as `importer imports specifier`. */
function requestsFrom(entry: string): readonly { readonly path: string; readonly specifier: string }[] {
  const seen = new Set([entry]);
  const requests: { path: string; specifier: string }[] = [];
  for (const path of seen) {
    for (const { specifier = '' } of moduleRequests(path, readFileSync(path, 'utf8'))) {
      requests.push({ path, specifier });
      if (specifier.startsWith('.')) seen.add(posix.join(posix.dirname(path), specifier));
    }
  }
  return requests;
}

/** What of Node, or of the attesters, which are for Node, is reached. */
const nodesOf = (entry: string): readonly string[] =>
  requestsFrom(entry)
    .filter(({ specifier }) => isBuiltin(specifier) || specifier.startsWith('@assay/attest'))
    .map(({ path, specifier }) => `${path} imports ${specifier}`);

test('the test vendors load in a browser: nothing of Node is behind their entry', () => {
  expect(nodesOf('packages/simulate/src/index.ts')).toEqual([]);
});

test('whoever verifies an answer loads nothing of Node', () => {
  expect(nodesOf('packages/server/src/response/verify-answer.ts')).toEqual([]);
});

test('what needs Node is behind an entry of its own', () => {
  expect(nodesOf('packages/simulate/src/node/index.ts').length).toBeGreaterThan(5);
});
