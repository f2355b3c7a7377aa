import { malformed } from '../errors.ts';
import { fromBase64 } from './base64.ts';
import type { Json, JsonObject } from './json.ts';

/** Throws unless the object has every required member and none beyond the optional ones. */
export function exactMembers(
  object: JsonObject,
  field: string,
  required: readonly string[],
  optional: readonly string[] = [],
): void {
  for (const name of required) {
    if (!Object.hasOwn(object, name)) throw malformed(`${field}: ${name} is missing`, { field: `${field}.${name}` });
  }
  for (const name of Object.keys(object)) {
    if (required.includes(name) || optional.includes(name)) continue;
    throw malformed(`${field}: unknown member ${JSON.stringify(name.slice(0, 40))}`, { field });
  }
}

/** An object without the members that are undefined: each may be missing, none is there without a value. */
export type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that have a value. */
export function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** The value as a string of at most `max` UTF-16 code units. */
export function textOf(value: Json | undefined, field: string, max: number): string {
  if (typeof value !== 'string') throw malformed(`${field}: expected text`, { field });
  if (value.length > max) throw malformed(`${field}: ${value.length} characters exceed ${max}`, { field });
  return value;
}

/** The value as text that the pattern matches; `expected` says in words what the pattern wants. */
export function patternOf(value: Json | undefined, field: string, pattern: RegExp, expected: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw malformed(`${field}: expected ${expected}`, { field });
  return value;
}

/** The value as an integer from `min` to `max`. */
export function integerOf(value: Json | undefined, field: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    throw malformed(`${field}: expected an integer from ${min} to ${max}`, { field });
  }
  return value;
}

/** The value as an array of at most `max` items. */
export function arrayOf(value: Json | undefined, field: string, max: number): readonly Json[] {
  if (!Array.isArray(value)) throw malformed(`${field}: expected an array`, { field });
  if (value.length > max) throw malformed(`${field}: ${value.length} items exceed ${max}`, { field });
  return value;
}

/** Bytes of a base64 string, at most `max` of them. */
export function bytesOf(value: Json | undefined, field: string, max: number): Uint8Array {
  return fromBase64(textOf(value, field, 4 * Math.ceil(max / 3)), field);
}
