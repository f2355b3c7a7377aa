import type { ValueForm } from './measurements.ts';

/** The longest list and the longest text in a policy. */
const MAX_ITEMS = 10_000;
const MAX_TEXT = 4096;

declare const type: unique symbol;

/** A form of values as plain data: `read` judges by it, and the JSON Schema in `docs` is made from it. */
export type Form =
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'integer'; readonly from: number; readonly to: number }
  | { readonly kind: 'text'; readonly min: number; readonly max: number }
  | { readonly kind: 'pattern'; readonly regex: RegExp; readonly words: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'list'; readonly item: Form; readonly min: number; readonly max: number }
  | { readonly kind: 'record'; readonly member: Form }
  | { readonly kind: 'either'; readonly forms: readonly Form[] }
  | ({ readonly kind: 'object'; readonly members: Members } & ObjectOptions<string, never>);

/** A form, and the type of the values that have it. */
export type Shape<T> = Form & { readonly [type]?: T };

/** The type of the values of a shape. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Form>>;

interface ObjectOptions<R extends string, V> {
  readonly required?: readonly R[];
  /** An object that says nothing looks like an expectation and is none: only a whole policy may be empty. */
  readonly mayBeEmpty?: boolean;
  /** What is wrong with the whole object, if anything. */
  readonly rule?: (value: V) => string | undefined;
}

type ObjectOf<M extends Members, R extends string> = {
  readonly [K in Extract<keyof M, R>]: TypeOf<M[K]>;
} & { readonly [K in Exclude<keyof M, R>]?: TypeOf<M[K]> | undefined };
type Plain<T> = { readonly [K in keyof T]: T[K] };

/** One of these words. */
export function word<const W extends readonly string[]>(...words: W): Shape<W[number]> {
  return { kind: 'word', words };
}

/** An integer within bounds, both included. */
export function integer(from: number, to: number): Shape<number> {
  return { kind: 'integer', from, to };
}

/** Text of at least `min` characters. */
export function text(min = 1): Shape<string> {
  return { kind: 'text', min, max: MAX_TEXT };
}

/** Text that matches a pattern; `words` say what is expected. */
export function pattern(source: string, words: string): Shape<string> {
  return { kind: 'pattern', regex: new RegExp(source), words };
}

/** Lower-case hexadecimal of exactly so many bytes. */
export function hex(bytes: number): Shape<string> {
  return pattern(`^[0-9a-f]{${2 * bytes}}$`, `${bytes} bytes of lower-case hex (${2 * bytes} digits)`);
}

/** A value of the form. */
export function formed(form: ValueForm): Shape<string> {
  return 'bytes' in form ? hex(form.bytes) : pattern(form.pattern, form.words);
}

/** A version `major.minor`, each 0 to 255. */
export function version(): Shape<string> {
  const byte = '(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])';
  return pattern(`^${byte}\\.${byte}$`, 'major.minor, each 0 to 255');
}

/** Null. */
export function nothing(): Shape<null> {
  return { kind: 'null' };
}

/** A list of at least `min` items. */
export function list<T>(item: Shape<T>, min = 1): Shape<readonly T[]> {
  return { kind: 'list', item, min, max: MAX_ITEMS };
}

/** Members by free names, at least one. */
export function record<T>(member: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return { kind: 'record', member };
}

/** One form or the other; they must differ in kind (text, number, list, object, null). */
export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return { kind: 'either', forms: [a, b] };
}

/** An object with these keys only. Members are optional unless they are required. */
export function object<M extends Members, R extends Extract<keyof M, string> = never>(
  members: M,
  options: ObjectOptions<R, Plain<ObjectOf<M, R>>> = {},
): Shape<Plain<ObjectOf<M, R>>> {
  return { kind: 'object', members, ...options };
}
