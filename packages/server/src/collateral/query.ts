import { Problem } from '../problem/problem.ts';

/** Parameters of one request, read strictly. */
export interface Query {
  /** The value as given; undefined when it is missing. */
  readonly optional: (name: string, pattern: RegExp, expected: string) => string | undefined;
  readonly required: (name: string, pattern: RegExp, expected: string) => string;
  /** One of some words, in any case. */
  readonly word: <const W extends string>(name: string, words: readonly W[]) => W | undefined;
}

/** How much of a wrong value is shown. */
const SHOWN = 40;

/** Reads parameters. Throws the problem `bad_request` for one that is unknown, given twice, missing or malformed. */
export function queryOf(parameters: URLSearchParams, known: readonly string[]): Query {
  for (const name of parameters.keys()) {
    if (known.includes(name)) continue;
    throw wrong(name.slice(0, SHOWN), known.length === 0 ? 'expected no parameters' : `expected ${known.join(', ')}`);
  }
  const optional: Query['optional'] = (name, pattern, expected) => {
    const [value, ...others] = parameters.getAll(name);
    if (others.length > 0) throw wrong(name, 'expected it once');
    if (value !== undefined && !pattern.test(value)) throw wrong(name, `expected ${expected}, found ${shown(value)}`);
    return value;
  };
  return {
    optional,
    required: (name, pattern, expected) => {
      const value = optional(name, pattern, expected);
      if (value === undefined) throw wrong(name, `missing; expected ${expected}`);
      return value;
    },
    word: (name, words) => {
      const value = optional(name, /^/, '');
      const found = words.find((candidate) => candidate.toLowerCase() === value?.toLowerCase());
      if (value === undefined || found !== undefined) return found;
      throw wrong(name, `expected ${words.join(' or ')}, found ${shown(value)}`);
    },
  };
}

/** The problem of a parameter. */
export function wrong(field: string, what: string): Problem {
  return new Problem('bad_request', `${field}: ${what}`, { field });
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, SHOWN));
}
