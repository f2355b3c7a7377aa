import { createBatcher } from '@assay/attest';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { handMadeAttester } from '../../../../tools/hand-made-attester.ts';
import { createAttesterApp } from '../attester/app.ts';
import { createEvidencesApp } from '../evidences/app.ts';
import { createProxyApp } from '../proxy/app.ts';
import { createQuoteLine } from '../proxy/quote-line.ts';
import { json, problems } from './answers.ts';
import { attesterPaths } from './attester-paths.ts';
import { evidencesPaths } from './evidences-paths.ts';
import { type OpenApiDocument, type OpenApiOperation, openApiDocument } from './open-api.ts';
import type { ApiOperation, ApiPaths } from './operation.ts';
import { proxyPaths } from './proxy-paths.ts';

const clock = (): Date => new Date('2026-11-20T12:00:00Z');
const { attester } = handMadeAttester();
const line = createQuoteLine(attester, { clock });
const speaker = { instance: 'ab'.repeat(32), clock };
const of = (paths: ApiPaths) => openApiDocument({ title: 'A', version: '1.0.0', description: 'An API.', paths });

const SERVICES = [
  {
    service: 'the attester service',
    paths: attesterPaths,
    app: createAttesterApp({ attester, batcher: createBatcher(attester, speaker), name: 'a', version: '1', clock }),
  },
  {
    service: 'the proxy',
    paths: proxyPaths,
    app: createProxyApp({ attester: line, batcher: createBatcher(line, speaker), limiter: () => 0 }),
  },
  {
    service: 'the files of a certificate',
    paths: evidencesPaths,
    app: createEvidencesApp({ attester, clock, certificate: () => '', domain: 'app.example' }),
  },
] as const;
/** It has nothing but where to go. */
const isRedirect = (path: string): boolean => path === '/evidences';

describe.each(SERVICES)('the document of $service', ({ paths, app }) => {
  test('is OpenAPI 3.1', async () => {
    const document = of(paths);
    const validator = new Validator();
    expect(await validator.validate({ ...document })).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    expect((await validator.validate({ ...document, info: { title: 'A' } })).valid).toBe(false);
  });

  test('has every route, and no other', () => {
    // HEAD comes with GET; what is beside (`ALL`, OPTIONS) says which methods there are.
    const routes = app.routes.filter(
      ({ method, path }) => (method === 'GET' || method === 'POST') && !isRedirect(path),
    );
    const described = Object.entries(of(paths).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(new Set(described)).toEqual(
      new Set(routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)),
    );
  });

  test('names each operation once, and refers to what is there', () => {
    const document = of(paths);
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const referred = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(new Set(referred)).toEqual(new Set(Object.keys(document.components.schemas)));
  });

  test('has examples, each of one of its own schemas', () => {
    const bodies = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ body, answers }) => [
        ...(body ? [body] : []),
        ...Object.values(answers).flatMap(({ content }) => Object.values(content)),
      ]),
    );
    const examples = bodies.flatMap(({ schemas, examples: named }) =>
      Object.values(named ?? {}).map((value) => schemas.filter((schema) => schema.safeParse(value).success).length),
    );
    expect(new Set(examples)).toEqual(new Set([1]));
  });
});

describe('a document', () => {
  const operation = (schema: z.ZodType): ApiOperation => ({
    id: 'thing',
    summary: 'A thing',
    answers: { 200: json('It.', [schema]), ...problems() },
  });
  const onlyOne = (paths: OpenApiDocument['paths']): Partial<OpenApiOperation> =>
    Object.values(paths).flatMap((methods) => Object.values(methods))[0] ?? {};
  const thing = z.strictObject({ size: z.int() }).meta({ title: 'Thing' });

  test('writes a schema with a title once, and any other where it is', () => {
    const { components, paths } = of({
      '/a': { get: operation(thing) },
      '/b': { get: operation(z.strictObject({ size: z.int() }).meta({ title: 'Thing' })) },
      '/c': { get: operation(z.boolean()) },
    });
    expect(Object.keys(components.schemas)).toEqual(['Thing', 'Problem']);
    const content = (path: string) => paths[path]?.get?.responses['200']?.content['application/json'];
    expect([content('/a'), content('/b')]).toEqual(Array(2).fill({ schema: { $ref: '#/components/schemas/Thing' } }));
    expect(content('/c')).toEqual({ schema: { type: 'boolean' } });
  });

  test('is not made of two schemas with one title', () => {
    const other = z.strictObject({ size: z.string() }).meta({ title: 'Thing' });
    expect(() => of({ '/a': { get: operation(thing) }, '/b': { get: operation(other) } })).toThrow(
      'Thing: two schemas have this title',
    );
  });

  test('tells parameters of the path, which are required, from those of the query', () => {
    const parameters = [
      { name: 'file', description: 'Its name.', schema: z.string() },
      { name: 'part', description: 'Which part.', schema: z.int() },
    ];
    const { paths } = of({ '/files/{file}': { get: { ...operation(thing), parameters } } });
    const described = onlyOne(paths).parameters;
    expect(described).toMatchObject([
      { name: 'file', in: 'path', required: true },
      { name: 'part', in: 'query' },
    ]);
    expect(described?.[1]).not.toHaveProperty('required');
  });

  test('speaks of a bearer only where there is one, and demands none', () => {
    expect(of({ '/a': { get: operation(thing) } }).components).not.toHaveProperty('securitySchemes');
    const { components, paths } = of({ '/a': { get: { ...operation(thing), bearer: true } } });
    expect(components.securitySchemes).toEqual({ bearer: { type: 'http', scheme: 'bearer' } });
    expect(onlyOne(paths).security).toEqual([{}, { bearer: [] }]);
  });
});
