import { z } from 'zod';
import type { ApiAnswer, ApiContent, ApiOperation, ApiParameter, ApiPaths } from './operation.ts';

/** What an API is, and what is where. */
export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  /** CommonMark. */
  readonly description: string;
  readonly paths: ApiPaths;
}

/** JSON Schema 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** As much of a document of OpenAPI 3.1.0 as these services need. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes?: { readonly bearer: { readonly type: 'http'; readonly scheme: 'bearer' } };
  };
}

/** An operation of the document. */
export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly description: string; readonly content: OpenApiContent };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: OpenApiContent }>>;
  readonly security?: readonly Readonly<Partial<Record<'bearer', readonly string[]>>>[];
}

/** A parameter of the document. */
export interface OpenApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
  readonly example?: string;
}

/** Schemas and examples by media type. */
export type OpenApiContent = Readonly<
  Record<
    string,
    {
      readonly schema: JsonSchema;
      readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
    }
  >
>;

/** The document that describes an API (OpenAPI 3.1.0). Throws for two schemas of one title. */
export function openApiDocument({ title, version, description, paths }: ApiDescription): OpenApiDocument {
  const named = new Map<string, JsonSchema>();
  const schemaOf = (schema: z.ZodType): JsonSchema => {
    const found = jsonSchema(schema);
    const name = schema.meta()?.title;
    if (name === undefined) return found;
    if (JSON.stringify(named.get(name) ?? found) !== JSON.stringify(found))
      throw new Error(`${name}: two schemas have this title`);
    named.set(name, found);
    return { $ref: `#/components/schemas/${name}` };
  };
  const described = Object.entries(paths).map(([path, methods]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [
        method,
        { ...operationOf(path, operation, schemaOf), tags: [title] },
      ]),
    ),
  ]);
  const bearer = Object.values(paths).some((methods) => Object.values(methods).some((operation) => operation.bearer));
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(described),
    components: {
      schemas: Object.fromEntries(named),
      ...(bearer && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

type SchemaOf = (schema: z.ZodType) => JsonSchema;

function operationOf(path: string, operation: ApiOperation, schemaOf: SchemaOf): Omit<OpenApiOperation, 'tags'> {
  const { id, summary, description, parameters, body, bearer, answers } = operation;
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    ...(parameters && { parameters: parameters.map((parameter) => parameterOf(path, parameter, schemaOf)) }),
    ...(body && {
      requestBody: { description: body.description, content: { 'application/json': contentOf(body, schemaOf) } },
    }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, schemaOf)]),
    ),
    // Mostly nobody has to show a token: without one there is less.
    ...(bearer && { security: bearer === 'required' ? [{ bearer: [] }] : [{}, { bearer: [] }] }),
  };
}

function parameterOf(path: string, parameter: ApiParameter, schemaOf: SchemaOf): OpenApiParameter {
  const { name, description, schema, required, example } = parameter;
  const inPath = path.includes(`{${name}}`);
  return {
    name,
    in: inPath ? 'path' : 'query',
    description,
    ...((inPath || required) && { required: true }),
    schema: schemaOf(schema),
    ...(example !== undefined && { example }),
  };
}

function answerOf({ description, content }: ApiAnswer, schemaOf: SchemaOf) {
  const types = Object.entries(content).map(([type, each]) => [type, contentOf(each, schemaOf)] as const);
  return { description, content: Object.fromEntries(types) };
}

function contentOf({ schemas, examples }: ApiContent, schemaOf: SchemaOf): OpenApiContent[string] {
  const [first, ...others] = schemas.map(schemaOf);
  return {
    schema: others.length === 0 ? { ...first } : { oneOf: [first, ...others] },
    ...(examples && {
      examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
    }),
  };
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema);
  return rest;
}
