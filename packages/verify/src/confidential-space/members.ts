import { asObject, type Json, type JsonObject } from '../codec/json.ts';
import { MAX_TIME, type UnixSeconds } from '../codec/time.ts';
import { malformed } from '../errors.ts';

/** Typed members of a token's objects. Undefined when absent; each throws `malformed` for another type, naming `path`. */
type Read<T> = (object: JsonObject | undefined, key: string, path?: string) => T | undefined;

/** Reads a member with one judge of its value. Only own members count: tokens may use any name. */
function reader<T>(expected: string, judge: (value: Json, name: string) => T | undefined): Read<T> {
  return (object, key, path = '') => {
    if (object === undefined || !Object.hasOwn(object, key)) return undefined;
    const name = path === '' ? key : `${path}.${key}`;
    const value = judge(object[key] ?? null, name);
    if (value === undefined) throw malformed(`${name}: expected ${expected}`, { field: name, expected });
    return value;
  };
}

const isText = (value: Json): value is string => typeof value === 'string';
const isTexts = (value: Json): value is readonly string[] => Array.isArray(value) && value.every(isText);

/** A string. */
export const text = reader('a string', (value) => (isText(value) ? value : undefined));
/** An array of strings. */
export const texts = reader('strings', (value) => (isTexts(value) ? value : undefined));
/** An array of strings, or null for none. */
export const textsOrNull = reader('strings', (value) => (value === null ? [] : isTexts(value) ? value : undefined));
/** A string or an array of them, as an array. */
export const textOrTexts = reader('a string or strings', (value) =>
  isText(value) ? [value] : isTexts(value) ? value : undefined,
);
/** A boolean. */
export const flag = reader('true or false', (value) => (typeof value === 'boolean' ? value : undefined));
/** An instant in whole seconds between 1970 and 9999. */
export const instant = reader<UnixSeconds>('whole seconds since 1970', (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TIME
    ? (value as number)
    : undefined,
);
/** An object. */
export const object = reader('an object', (value, name) => asObject(value, name));
/** An object, or an array of them, as an array. */
export const objects = reader('an object or objects', (value, name) =>
  (Array.isArray(value) ? (value as readonly Json[]) : [value]).map((item) => asObject(item, name)),
);
/** An object of strings, or null for none, as pairs. */
export const textPairs = reader('an object of strings', (value, name) => {
  const pairs = Object.entries(value === null ? {} : asObject(value, name));
  return pairs.every((pair): pair is [string, string] => isText(pair[1])) ? pairs : undefined;
});
