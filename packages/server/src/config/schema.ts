import { AssayError } from '@assay/verify';
import { z } from 'zod';

/** The schema of a service: `z.strictObject({ … })`; secrets are marked by `.meta({ secret: true })`. */
export type ConfigSchema = z.ZodObject<Readonly<Record<string, z.core.$ZodType>>, z.core.$strict>;

/** A key of a schema, as the places call it that values come from. */
export interface ConfigKey {
  /** As in the schema and in the file: `maxBody`. */
  readonly key: string;
  /** `--max-body` */
  readonly flag: string;
  /** `MAX_BODY`, to be put behind a prefix. */
  readonly variable: string;
  readonly schema: z.core.$ZodType;
  /** It may also be given by the path of a file that has it: `tokenFile`, `--token-file`, `TOKEN_FILE`. */
  readonly secret: boolean;
}

/** The keys of a schema. Throws `usage` for a schema in which something unknown would go unnoticed. */
export function keysOf(schema: ConfigSchema): readonly ConfigKey[] {
  requireStrict(schema);
  const keys = Object.entries(schema.shape).map(([key, value]) => keyOf(key, value));
  const clash = keys.find(({ key, secret }) => secret && Object.hasOwn(schema.shape, `${key}File`));
  if (clash !== undefined) throw mistake(`${clash.key}: the key ${clash.key}File comes with it already`);
  return keys;
}

function keyOf(key: string, schema: z.core.$ZodType): ConfigKey {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  const flag = `--${words.replaceAll('_', '-').toLowerCase()}`;
  return { key, flag, variable: words.toUpperCase(), schema, secret: isSecret(schema) };
}

/** The type within `optional`, `default` and their like; of a pipe, what goes in, or comes out of what takes anything. */
export function coreOf(schema: z.core.$ZodType): z.core.$ZodTypes {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if ('innerType' in def) return coreOf(def.innerType);
  if (def.type !== 'pipe') return schema as z.core.$ZodTypes;
  return coreOf((def.in as z.core.$ZodTypes)._zod.def.type === 'transform' ? def.out : def.in);
}

/** The keys that the object at a path of a configuration may have; none where there is no object. */
export function knownKeysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const { def } = coreOf(schema)._zod;
  const [first, ...rest] = path;
  if (first === undefined) return def.type === 'object' ? Object.keys(def.shape) : [];
  if (def.type === 'array') return knownKeysAt(def.element, rest);
  if (def.type === 'record') return knownKeysAt(def.valueType, rest);
  const member = def.type === 'object' ? def.shape[String(first)] : undefined;
  return member === undefined ? [] : knownKeysAt(member, rest);
}

/** True when it is marked, or has a part that is: it is never shown then. */
export function isSecret(schema: z.core.$ZodType): boolean {
  return z.globalRegistry.get(schema)?.secret === true || partsOf(schema).some(isSecret);
}

function requireStrict(schema: z.core.$ZodType): void {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const loose = def.type === 'object' && def.catchall?._zod.def.type !== 'never';
  if (loose) throw mistake(`an object with the keys ${Object.keys(def.shape).join(', ')} is not strict`);
  // What is in it shows only while it parses: a secret there would be missed.
  if (def.type === 'lazy') throw mistake('lazy types are not taken');
  partsOf(schema).forEach(requireStrict);
}

function partsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if ('innerType' in def) return [def.innerType];
  if ('valueType' in def) return [def.valueType];
  if (def.type === 'pipe') return [def.in, def.out];
  if (def.type === 'object') return Object.values(def.shape);
  if (def.type === 'array') return [def.element];
  if (def.type === 'union') return def.options;
  if (def.type === 'tuple') return def.rest === null ? def.items : [...def.items, def.rest];
  return def.type === 'intersection' ? [def.left, def.right] : [];
}

function mistake(message: string): AssayError {
  return new AssayError('usage', `the schema of a configuration: ${message}`, { field: 'schema' });
}
