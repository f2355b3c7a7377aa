import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** What is read of a document of OpenAPI 3.1. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Responses }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}
type Responses = Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }>>;
interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly title?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[]; readonly const?: string }>>;
}

/** An answer as it came, and what of the document it should look like. */
export interface DescribedAnswer {
  /** `get /path` */
  readonly operation: string;
  readonly status: number;
  /** Without parameters. */
  readonly type: string;
  readonly body: unknown;
}

/** The served document as a judge of answers. */
export interface Described {
  /** What it promises: `get /path 200 Title`, or `get /path 400 code` of problems; an untitled schema by its type. */
  readonly promised: readonly string[];
  /** Which of the promises an answer keeps; what is wrong with it otherwise. `default` is for undescribed statuses. */
  judge(answer: DescribedAnswer): { readonly kept: string } | { readonly wrong: string };
}

/** Reads `/openapi.json` of a service. */
export async function describedBy(origin: string): Promise<Described> {
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as Document;
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  formats.default(ajv);
  // Around the schemas there is no schema: all of it that is none is named here, so that the rest is read strictly.
  ajv.addVocabulary(Object.keys(document));
  ajv.addSchema(document, 'document');
  const compiled = new Map<string, ValidateFunction>();
  const compile = (pointer: string): ValidateFunction => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  const whole = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : (document.components.schemas[schema.$ref.replace(/^.*\//, '')] ?? {});
  const choices = (schema: Schema): readonly Schema[] => (schema.oneOf ?? [schema]).map(whole);

  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      operation: `${method} ${path}`,
      path,
      method,
      responses,
    })),
  );
  const promised = operations.flatMap(({ operation, responses }) =>
    Object.entries(responses)
      .filter(([status]) => status !== 'default')
      .flatMap(([status, { content }]) =>
        Object.values(content)
          .flatMap(({ schema }) => choices(schema))
          .flatMap((schema) => namesOf(schema).map((name) => `${operation} ${status} ${name}`)),
      ),
  );
  return {
    promised,
    judge({ operation, status, type, body }) {
      const found = operations.find((each) => each.operation === operation);
      if (found === undefined) return { wrong: `${operation} is not described` };
      const key = String(status) in found.responses ? String(status) : 'default';
      const content = found.responses[key]?.content ?? {};
      const schema = content[type]?.schema;
      if (schema === undefined) return { wrong: `${type}: expected ${Object.keys(content).join(' or ')}` };
      const at = `/paths/${escaped(found.path)}/${found.method}/responses/${key}/content/${escaped(type)}/schema`;
      const validate = compile(at);
      if (!validate(body)) return { wrong: ajv.errorsText(validate.errors) };
      const kept = (schema.oneOf ?? [schema]).findIndex((_, index) =>
        compile(schema.oneOf === undefined ? at : `${at}/oneOf/${index}`)(body),
      );
      const names = namesOf(choices(schema)[kept] ?? {});
      const { code } = isObject(body) ? body : {};
      return { kept: `${operation} ${key} ${names.find((name) => name === code) ?? names[0]}` };
    },
  };
}

/** A problem promises each of its codes. */
function namesOf({ title, type, properties }: Schema): readonly string[] {
  const code = properties?.type?.enum ?? properties?.type?.const;
  if (title?.startsWith('Problem') && code !== undefined)
    return [code].flat().map((each) => each.replace('urn:assay:problem:', ''));
  return [title ?? type ?? ''];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A part of a JSON pointer in an address (RFC 6901 section 6). */
function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** An answer of a service, read as its type says. */
export async function described(operation: string, answer: Response): Promise<DescribedAnswer> {
  const type = (answer.headers.get('content-type') ?? '').replace(/;.*/, '');
  const text = await answer.text();
  return { operation, status: answer.status, type, body: type.endsWith('json') ? JSON.parse(text) : text };
}

/** The answer changed in ways that no client could take: a member more, and each member as something else. */
export function changesOf(answer: DescribedAnswer): readonly DescribedAnswer[] {
  const { body } = answer;
  if (!isObject(body)) return [{ ...answer, body: null }];
  const members = Object.keys(body);
  return [{ ...body, more: 1 }, ...members.map((name) => ({ ...body, [name]: [[0]] }))].map((changed) => ({
    ...answer,
    body: changed,
  }));
}
