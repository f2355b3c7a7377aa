import { usage } from '../errors.ts';
import type { Form, Shape } from './shape.ts';
import { closest } from './spelling.ts';

/** Bounds beyond these go without saying. */
const UNBOUNDED = 2 ** 52;

type Plain = Readonly<Record<string, unknown>>;
type Of<K extends Form['kind']> = Extract<Form, { readonly kind: K }>;

/** A frozen copy of the value if it has the shape. Throws `usage` that names the path, what was expected and found. */
export function read<T>(shape: Shape<T>, value: unknown, path: string): T {
  return readForm(shape, value, path) as T;
}

function readForm(form: Form, value: unknown, path: string): unknown {
  if (!resembles(form, value)) throw mismatch(form, value, path);
  switch (form.kind) {
    case 'object':
      return readObject(form, value as Plain, path);
    case 'record':
      return readRecord(form, value as Plain, path);
    case 'list':
      return readList(form, value as readonly unknown[], path);
    case 'either':
      return readForm(form.forms.find((one) => resembles(one, value)) ?? form, value, path);
    case 'word':
    case 'integer':
    case 'text':
    case 'pattern':
    case 'null':
      return value;
  }
}

/** True when the value has the form, for members of lists and objects at least their kind. */
function resembles(form: Form, value: unknown): boolean {
  switch (form.kind) {
    case 'word':
      return typeof value === 'string' && form.words.includes(value);
    case 'integer':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= form.from && value <= form.to;
    case 'text':
      return typeof value === 'string' && value.length >= form.min && value.length <= form.max;
    case 'pattern':
      return typeof value === 'string' && form.regex.test(value);
    case 'null':
      return value === null;
    case 'list':
      return Array.isArray(value) && value.length >= form.min && value.length <= form.max;
    case 'either':
      return form.forms.some((one) => resembles(one, value));
    case 'object':
    case 'record':
      return isPlain(value);
  }
}

/** True for what JSON and YAML give. A Map or an instance of a class would look like an empty object. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function readObject({ members, required = [], mayBeEmpty, rule }: Of<'object'>, value: Plain, path: string): Plain {
  const given = new Map(Object.entries(value));
  for (const key of given.keys()) if (!Object.hasOwn(members, key)) throw unknownKey(key, Object.keys(members), path);
  const entries: (readonly [string, unknown])[] = [];
  for (const [key, form] of Object.entries(members)) {
    const member = given.get(key);
    const at = `${path}.${key}`;
    if (member !== undefined) entries.push([key, readForm(form, member, at)]);
    else if (required.includes(key)) throw usage(`${at}: missing, expected ${expected(form)}`, { field: at });
  }
  if (entries.length === 0 && mayBeEmpty !== true) throw empty(path);
  const copy = Object.freeze(Object.fromEntries(entries));
  const problem = rule?.(copy as never);
  if (problem !== undefined) throw usage(`${path}: ${problem}`, { field: path });
  return copy;
}

function readRecord({ member }: Of<'record'>, value: Plain, path: string): Plain {
  const entries = Object.entries(value).map(([key, one]) => [key, readForm(member, one, `${path}.${key}`)] as const);
  if (entries.length === 0) throw empty(path);
  return Object.freeze(Object.fromEntries(entries));
}

function readList({ item }: Of<'list'>, value: readonly unknown[], path: string): readonly unknown[] {
  return Object.freeze(Array.from(value, (one, index) => readForm(item, one, `${path}[${index}]`)));
}

/** What a form expects, in words. */
function expected(form: Form): string {
  switch (form.kind) {
    case 'word':
      return form.words.length === 1 ? `"${form.words[0]}"` : `one of ${form.words.join(', ')}`;
    case 'integer':
      return form.from < -UNBOUNDED ? 'an integer' : `an integer from ${form.from} to ${form.to}`;
    case 'text':
      return `text of ${form.min} to ${form.max} characters`;
    case 'pattern':
      return form.words;
    case 'null':
      return 'null';
    case 'list':
      return form.min > 0 ? 'a list that is not empty' : 'a list';
    case 'either':
      return form.forms.map(expected).join(' or ');
    case 'object':
    case 'record':
      return 'an object';
  }
}

function mismatch(form: Form, value: unknown, path: string): Error {
  const meant = form.kind === 'word' && typeof value === 'string' ? closest(value, form.words) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return usage(`${path}: expected ${expected(form)}, found ${shown(value)}${hint}`, { field: path });
}

function unknownKey(key: string, known: readonly string[], path: string): Error {
  const meant = closest(key, known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean \`${meant}\`?`;
  return usage(`unknown key \`${cut(key)}\` at ${path}: ${hint}`, { field: `${path}.${cut(key)}` });
}

function empty(path: string): Error {
  return usage(`${path}: is empty, so it would expect nothing: fill it or leave it out`, { field: path });
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return `"${cut(value)}"`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 60)}…` : text;
}
