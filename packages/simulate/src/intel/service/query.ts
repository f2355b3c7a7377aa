/** An answer other than 200: 400 a request that is none, 404 not there, 410 not there any more. */
export class Refusal extends Error {
  readonly status: 400 | 404 | 410;

  constructor(status: Refusal['status'], reason: string) {
    super(reason);
    this.name = 'Refusal';
    this.status = status;
  }
}

/** Intel's own service, or a caching service as the reference implementation has it. */
export type ServiceKind = 'pcs' | 'pccs';

/** The parameters of one request, read as its service reads them. */
export interface Query {
  readonly kind: ServiceKind;
  readonly parameters: URLSearchParams;
}

/** A parameter that may be missing. Throws 400 when it is there twice or does not match as a whole. */
export function optional({ parameters }: Query, name: string, pattern: RegExp): string | undefined {
  const [value, ...others] = parameters.getAll(name);
  if (value === undefined) return undefined;
  if (others.length > 0) throw new Refusal(400, `${name}: expected it once`);
  if (!pattern.test(value)) throw new Refusal(400, `${name}: expected ${pattern.source}, found ${value.slice(0, 40)}`);
  return value;
}

/** A parameter that must be there. */
export function required(query: Query, name: string, pattern: RegExp): string {
  const value = optional(query, name, pattern);
  if (value === undefined) throw new Refusal(400, `${name}: missing`);
  return value;
}

/** One of some words, if it is there. A PCCS takes them in any case, Intel's service as they are written. */
export function word<const W extends string>(query: Query, name: string, words: readonly W[]): W | undefined {
  const value = optional(query, name, /^[A-Za-z0-9]+$/);
  if (value === undefined) return undefined;
  const folded = (text: string): string => (query.kind === 'pccs' ? text.toLowerCase() : text);
  const found = words.find((candidate) => folded(candidate) === folded(value));
  if (found === undefined)
    throw new Refusal(400, `${name}: expected ${words.join(' or ')}, found ${value.slice(0, 40)}`);
  return found;
}
