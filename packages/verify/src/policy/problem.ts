import type * as z from 'zod/mini';
import { closest } from './spelling.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;
type Path = readonly PropertyKey[];

/** What is wrong with a policy, and where. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'an integer',
};

/** The path of a field, from `policy`: `policy.tcb.accept[0]`. */
export function fieldOf(path: Path): string {
  const parts = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return `policy${parts.join('')}`;
}

/** What an issue expects, in words; for unknown keys the known ones, which only the schema has at hand. */
export function expectation(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? shown(issue.values[0]) : `one of ${issue.values.join(', ')}`;
    case 'unrecognized_keys':
      return Object.keys((issue.inst as z.ZodMiniObject)._zod.def.shape).join(', ');
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    default:
      return undefined;
  }
}

/** The first thing to mend. Unknown keys go first: the member that is missed is often the one that is misspelt. */
export function explain(issues: readonly Issue[]): Problem {
  const flat = issues.flatMap(flatten);
  const issue = flat.find(({ code }) => code === 'unrecognized_keys') ?? flat[0];
  if (issue === undefined) return { path: [], message: 'is no policy' };
  const { path, message, input } = issue;
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = closest(key, message.split(', '));
    const hint = meant === undefined ? `known are ${message}` : `did you mean \`${meant}\`?`;
    return { path: [...path, key], message: `unknown key \`${key}\` at ${fieldOf(path)}: ${hint}` };
  }
  if (issue.code === 'custom') return { path, message };
  if (input === undefined) return { path, message: `missing, expected ${message}` };
  const words = issue.code === 'invalid_value' && issue.values.length > 1 ? issue.values.map(String) : [];
  const meant = typeof input === 'string' ? closest(input, words) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return { path, message: `expected ${message}, found ${shown(input)}${hint}` };
}

/** A union's problem is that of the alternative which the value resembles; when it resembles none, all are named. */
function flatten(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const alternatives = issue.errors.map((errors) => errors.flatMap(flatten));
  const near =
    alternatives.find(([first]) => first !== undefined && first.path.length > 0) ??
    alternatives.find(([first]) => first !== undefined && !isOfOtherKind(first));
  if (near !== undefined) return near.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  const message = alternatives.map(([first]) => first?.message).join(' or ');
  const { path, input } = issue;
  return [{ code: 'invalid_type', expected: 'unknown', path, message, input }];
}

function isOfOtherKind({ code, path }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

function bound(origin: string, which: string, limit: number | bigint): string {
  if (origin === 'number' || origin === 'int') return `${which} ${limit}`;
  if (limit === 1) return origin === 'string' ? 'text that is not empty' : 'a list that is not empty';
  return `${which} ${limit} ${origin === 'string' ? 'characters' : 'items'}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'string') return String(value);
  return value.length > 60 ? `"${value.slice(0, 60)}…" (${value.length} characters)` : `"${value}"`;
}
