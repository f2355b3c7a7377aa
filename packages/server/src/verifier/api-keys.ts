import { createHash } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { toBase64Url } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';

/** Who asks. `admin` may write policies, too, and read everybody's verdicts. */
export interface Caller {
  readonly id: string;
  readonly role: 'caller' | 'admin';
}

/** Callers by the SHA-256 of their keys, lower-case hex. */
export type ApiKeys = ReadonlyMap<string, Caller>;

const LINE = /^([a-z0-9][a-z0-9._-]{0,62})[ \t]+(caller|admin)[ \t]+([0-9a-f]{64})$/;
const KEY = /^assay_[A-Za-z0-9_-]{43}$/;
const KEY_BYTES = 32;
const MOST_KEYS = 10_000;

/**
 * Reads the file of keys: a line `ID ROLE SHA256` for each, `#` begins a comment. Keys have 256 random bits, so a plain
 * hash keeps them. One caller may have several keys, for a change from one to the next. Throws `usage` with the line.
 */
export function parseApiKeys(text: string, name: string): ApiKeys {
  const keys = new Map<string, Caller>();
  const roles = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, id, role, sha256] = LINE.exec(line.trimEnd()) ?? [];
    const wrong = (what: string): AssayError =>
      new AssayError('usage', `${name} line ${index + 1}: ${what}`, { field: 'keysFile' });
    if (id === undefined || sha256 === undefined || (role !== 'caller' && role !== 'admin')) {
      throw wrong('expected ID, caller or admin, and the SHA-256 of the key in lower-case hex');
    }
    if (keys.has(sha256)) throw wrong('the same key twice; give each caller its own');
    if ((roles.get(id) ?? role) !== role) throw wrong(`${id} has two roles; give it one`);
    if (keys.size >= MOST_KEYS) throw wrong(`more than ${MOST_KEYS} keys`);
    roles.set(id, role);
    keys.set(sha256, { id, role });
  }
  return keys;
}

/** A new key from 32 random bytes, shown once, and the line that the file gets. Throws `usage` for an id that is none. */
export function newApiKey(
  { id, role }: Caller,
  random: (length: number) => Uint8Array,
): { readonly key: string; readonly line: string } {
  const key = `assay_${toBase64Url(random(KEY_BYTES))}`;
  const line = `${id} ${role} ${digest(key).toString('hex')}`;
  if (!LINE.test(line)) {
    throw new AssayError('usage', `${JSON.stringify(id)} is no id; expected a-z, 0-9, and . _ - after the first`, {
      field: 'id',
    });
  }
  return { key, line };
}

/** The caller whose key the request shows. Throws a `Problem` for any other. */
export function callerOf(request: Request, keys: ApiKeys): Caller {
  const header = request.headers.get('authorization');
  if (header === null) throw unauthorized('a key is missing; send it as Authorization: Bearer KEY');
  const key = /^Bearer +([!-~]+)$/i.exec(header)?.[1];
  if (key === undefined || !KEY.test(key)) throw unauthorized('expected Bearer and a key of this service');
  const shown = digest(key).toString('hex');
  // Looked up by its hash: how long that takes tells nothing of any key.
  const caller = keys.get(shown);
  if (caller !== undefined) return caller;
  throw unauthorized('this key is not known here; ask the operator for one');
}

/** Throws a `Problem` unless the caller may write policies. */
export function expectAdmin({ role }: Caller): void {
  if (role !== 'admin') throw new Problem('forbidden', 'policies are written with a key of the role admin only');
}

function unauthorized(detail: string): Problem {
  const field = 'authorization';
  return new Problem('unauthorized', `${field}: ${detail}`, { field, headers: { 'www-authenticate': 'Bearer' } });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
