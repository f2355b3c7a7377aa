import * as z from 'zod/mini';
import type { ValueForm } from './measurements.ts';

/** The longest list and the longest text in a policy. */
const MAX_ITEMS = 10_000;
const MAX_TEXT = 4096;
/** Why an object without members is refused. */
const EMPTY = 'is empty, so it would expect nothing: fill it or leave it out';

/** A check over a whole value: `find` says what is wrong with it, or nothing. */
export function rule<T>(find: (value: T) => string | undefined): z.core.$ZodCheck<T> {
  return z.check<T>((context) => {
    const message = find(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  });
}

/** An object with these keys only. One that says nothing is refused: it looks like an expectation and is none. */
export function strict<S extends z.core.$ZodShape>(shape: S): z.ZodMiniObject<S, z.core.$strict> {
  return z.strictObject(shape).check(rule((value) => (saysNothing(value) ? EMPTY : undefined)));
}

/** A list of at least one item. */
export function list<T extends z.core.SomeType>(item: T): z.ZodMiniArray<T> {
  return z.array(item).check(z.minLength(1), z.maxLength(MAX_ITEMS));
}

/** Members by free names, at least one. */
export function members<T extends z.core.SomeType>(value: T): z.ZodMiniRecord<z.ZodMiniString<string>, T> {
  return z.record(text(), value).check(rule((record) => (saysNothing(record) ? EMPTY : undefined)));
}

/** Text that is not empty. */
export function text(): z.ZodMiniString<string> {
  return z.string().check(z.minLength(1), z.maxLength(MAX_TEXT));
}

/** Text that matches a pattern; `words` say what is expected. */
export function pattern(source: string, words: string): z.ZodMiniString<string> {
  return z.string().check(z.regex(new RegExp(source), words));
}

/** Lower-case hexadecimal of exactly so many bytes. */
export function hex(bytes: number): z.ZodMiniString<string> {
  return pattern(`^[0-9a-f]{${2 * bytes}}$`, `${bytes} bytes of lower-case hex (${2 * bytes} digits)`);
}

/** A value of the form. */
export function formed(form: ValueForm): z.ZodMiniString<string> {
  return 'bytes' in form ? hex(form.bytes) : pattern(form.pattern, form.words);
}

/** An integer within bounds, both included. */
export function integer(from: number, to: number): z.ZodMiniNumberFormat {
  return z.int().check(z.gte(from), z.lte(to));
}

/** A version `major.minor`, each 0 to 255. */
export function version(): z.ZodMiniString<string> {
  const byte = '(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])';
  return pattern(`^${byte}\\.${byte}$`, 'major.minor, each 0 to 255');
}

/** One of these words. */
export function word<const T extends readonly string[]>(...words: T): z.ZodMiniEnum<z.core.util.ToEnum<T[number]>> {
  return z.enum(words);
}

function saysNothing(value: object): boolean {
  return Object.values(value).every((member) => member === undefined);
}
