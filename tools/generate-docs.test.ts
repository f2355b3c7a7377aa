import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../packages/verify/src/policy/parse.ts';
import { type CataloguedCheck, catalogue, catalogueFiles } from './checks-page.ts';
import { generatedPages } from './generate-docs.ts';
import { type JsonSchema, policyDocument } from './policy-document.ts';

const ROOT = resolve(import.meta.dirname, '..');
const pages = await generatedPages();

test.each(Object.entries(pages))('docs/%s is up to date: npm run docs', (name, text) => {
  expect(readFileSync(join(ROOT, 'docs', name), 'utf8')).toBe(text);
});

describe('the catalogue', () => {
  let checks: readonly CataloguedCheck[];
  beforeAll(async () => {
    checks = await catalogue();
  });

  test('holds the catalogues of all files that define checks', () => {
    const source = join(ROOT, 'packages/verify/src');
    const defining = globSync('**/*.ts', { cwd: source })
      .filter((path) => !path.endsWith('.test.ts'))
      .filter((path) => /satisfies Catalogue|: CheckDefinition = \{/.test(readFileSync(join(source, path), 'utf8')));
    expect(defining.filter((path) => !catalogueFiles().includes(path))).toEqual([]);
    expect(checks.length).toBeGreaterThan(20);
  });

  test('has every check that code records', () => {
    const ids = new Set(checks.map(({ id }) => id));
    const recorded = /checks\.(?:test|pass|fail|warn|skip)\(\s*'([^']+)'/g;
    const used = globSync('packages/verify/src/**/*.ts', { cwd: ROOT })
      .filter((path) => !path.endsWith('.test.ts'))
      .flatMap((path) => [...readFileSync(join(ROOT, path), 'utf8').matchAll(recorded)].map((match) => match[1] ?? ''));
    expect(used.filter((id) => !ids.has(id))).toEqual([]);
    expect(used.length).toBeGreaterThan(10);
  });

  test('says in one sentence what is required, and what to do', () => {
    for (const { id, requires, remedy } of checks) {
      expect(requires, id).toMatch(/^[^\s].{8,180}\.$/);
      expect(remedy, id).toMatch(/^[^\s].{8,220}[.)]$/);
    }
  });
});

describe('the JSON Schema of policies', () => {
  const schema = policyDocument();
  const objects: JsonSchema[] = [];
  const visit = (part: JsonSchema): void => {
    if (part.type === 'object') objects.push(part);
    const { properties = {}, items, anyOf = [] } = part;
    for (const inner of [...Object.values(properties), ...(items ? [items] : []), ...anyOf]) visit(inner);
  };
  visit(schema);

  test('allows no unknown key and no empty object anywhere', () => {
    expect(objects.length).toBeGreaterThan(10);
    for (const object of objects) {
      if (object.properties !== undefined) expect(object.additionalProperties).toBe(false);
      if (object !== schema) expect(object.minProperties).toBe(1);
    }
    expect(() => parsePolicy({ tcb: {} })).toThrow('policy.tcb');
  });

  test('describes its keys in the words of the types', () => {
    const tcb = schema.properties?.tcb;
    expect(tcb?.description).toMatch(/^How current the platform must be/);
    expect(tcb?.properties?.advisories?.properties?.deny?.description).toBe('None of these may apply.');
    expect(schema.properties?.releases?.items?.properties?.minIsvSvn?.description).toContain('ISVSVN');
  });
});
