import { resolve } from 'node:path';
import { policyShape } from '../packages/verify/src/policy/schema.ts';
import type { Form } from '../packages/verify/src/policy/shape.ts';
import { type DocumentedType, documentedTypes } from './tsdoc.ts';

/** A JSON Schema, as far as policies need it. */
export interface JsonSchema {
  $schema?: string;
  title?: string;
  description?: string;
  type?: string;
  const?: string;
  enum?: readonly string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: JsonSchema | false;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

const POLICY = resolve(import.meta.dirname, '../packages/verify/src/policy');

/** The JSON Schema (2020-12) of a policy, with the descriptions that its types carry. */
export function policyDocument(): JsonSchema {
  const policy = documentedTypes(POLICY).get('Policy');
  if (policy === undefined) throw new Error('the type Policy has gone');
  const schema = schemaOf(policyShape);
  describe(schema, [policy]);
  const head = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Assay policy' };
  return { ...head, ...(policy.text !== undefined && { description: policy.text }), ...schema };
}

function schemaOf(form: Form): JsonSchema {
  switch (form.kind) {
    case 'word': {
      const [only, ...more] = form.words;
      return more.length === 0 && only !== undefined
        ? { type: 'string', const: only }
        : { type: 'string', enum: form.words };
    }
    case 'integer':
      return { type: 'integer', minimum: form.from, maximum: form.to };
    case 'text':
      return { type: 'string', minLength: form.min, maxLength: form.max };
    case 'pattern':
      return { type: 'string', pattern: form.regex.source };
    case 'null':
      return { type: 'null' };
    case 'list':
      return { type: 'array', items: schemaOf(form.item), minItems: form.min, maxItems: form.max };
    case 'record':
      return { type: 'object', additionalProperties: schemaOf(form.member), minProperties: 1 };
    case 'either':
      return { anyOf: form.forms.map(schemaOf) };
    case 'object': {
      const properties = Object.entries(form.members).map(([name, member]) => [name, schemaOf(member)] as const);
      return {
        type: 'object',
        properties: Object.fromEntries(properties),
        ...(form.required !== undefined && { required: form.required }),
        additionalProperties: false,
        ...(form.mayBeEmpty !== true && { minProperties: 1 }),
      };
    }
  }
}

function describe(schema: JsonSchema, types: readonly DocumentedType[]): void {
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const members = types.map((type) => type.member(name)).filter((member) => member !== undefined);
    const within = members.flatMap((member) => member.types);
    const text = members.find((member) => member.text !== undefined)?.text ?? within.find((type) => type.text)?.text;
    if (text !== undefined) part.description = text;
    describe(part, within);
  }
  for (const part of [schema.items, ...(schema.anyOf ?? [])]) if (part !== undefined) describe(part, types);
}
