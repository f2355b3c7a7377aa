import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { policySchema } from '../packages/verify/src/policy/schema.ts';
import { type DocumentedType, documentedTypes } from './tsdoc.ts';

/** A JSON Schema, as far as policies need it. */
export interface JsonSchema {
  description?: string;
  type?: string;
  minProperties?: number;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

const POLICY = resolve(import.meta.dirname, '../packages/verify/src/policy');

/** The JSON Schema (2020-12) of a policy, with the descriptions that its types carry. */
export function policyDocument(): JsonSchema {
  const schema = z.toJSONSchema(policySchema) as JsonSchema;
  const types = documentedTypes(POLICY);
  const policy = types.get('Policy');
  if (policy === undefined) throw new Error('the type Policy has gone');
  requireMembers(schema, false);
  describe(schema, [policy]);
  return { ...schema, title: 'Assay policy', description: policy.text ?? '' } as JsonSchema;
}

/** Objects inside a policy are refused when they are empty, which refinements of the schema say and JSON Schema can too. */
function requireMembers(schema: JsonSchema, inside: boolean): void {
  if (schema.type === 'object' && inside) schema.minProperties = 1;
  for (const part of partsOf(schema)) requireMembers(part, true);
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

function partsOf({ properties, additionalProperties, items, anyOf }: JsonSchema): readonly JsonSchema[] {
  const members = typeof additionalProperties === 'object' ? [additionalProperties] : [];
  return [...Object.values(properties ?? {}), ...members, ...(items ? [items] : []), ...(anyOf ?? [])];
}
