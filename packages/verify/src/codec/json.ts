import { malformed } from '../errors.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

const MAX_DEPTH = 32;
const MAX_LENGTH = 16_777_216;
const QUOTE = 34;
const BACKSLASH = 92;

/** A member of the outermost object, as it stands in the text. */
export interface RawMember {
  readonly key: string;
  /** The member's value, byte for byte as received. */
  readonly text: string;
}

/**
 * Parses JSON (RFC 8259). Refuses duplicate keys and escapes in keys, which parsers disagree about, and nesting deeper
 * than 32. Throws `malformed`, naming `what`.
 */
export function parseJson(text: string, what = 'JSON'): Json {
  const members = countColons(text, what);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed(`${what}: not JSON`, { field: what });
  }
  // A colon outside strings stands for one member; equal keys collapse when parsed.
  if (countMembers(value, what) !== members) throw malformed(`${what}: duplicate keys`, { field: what });
  return value;
}

/** Parses a JSON object, as `parseJson` does. Throws `malformed`, naming `what`. */
export function parseJsonObject(text: string, what = 'JSON'): JsonObject {
  return asObject(parseJson(text, what), what);
}

/** The value as an object. Throws `malformed`, naming `what`. */
export function asObject(value: Json | undefined, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`${what}: expected an object`, { field: what });
  }
  return value as JsonObject;
}

/**
 * The members of the outermost object with their text as received: signatures of Intel's documents cover it. The text
 * must have passed `parseJsonObject`; of other text it may throw `malformed`.
 */
export function rawMembers(text: string): RawMember[] {
  const members: RawMember[] = [];
  let at = text.indexOf('{') + 1;
  while (at > 0 && at < text.length) {
    const open = text.indexOf('"', at);
    if (open < 0) break;
    const close = endOfString(text, open);
    const start = text.indexOf(':', close) + 1;
    if (start === 0) throw malformed('JSON: member without a value');
    const end = endOfValue(text, start);
    members.push({ key: text.slice(open + 1, close - 1), text: text.slice(start, end).trim() });
    at = end + 1;
  }
  return members;
}

/**
 * Counts the members of all objects and bounds the depth, before anything is built. A key with an escape is refused:
 * V8 13.6 (Node 24) may take it for another key that it read before, by which one text could show a signature's check
 * another member than `JSON.parse` shows its reader.
 */
function countColons(text: string, what: string): number {
  if (text.length > MAX_LENGTH) throw malformed(`${what}: ${text.length} characters exceed ${MAX_LENGTH}`);
  let members = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      if (!inString) escaped = false;
      inString = !inString;
    } else if (inString) {
      if (code !== BACKSLASH) continue;
      escaped = true;
      i += 1;
    } else if (code === 58) {
      if (escaped) throw malformed(`${what}: escape in a key`, { field: what });
      members += 1;
    } else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > MAX_DEPTH) throw malformed(`${what}: nested deeper than ${MAX_DEPTH}`, { field: what });
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return members;
}

/** Index after the closing quote of the string that opens at `open`; the text's end if it never closes. */
function endOfString(text: string, open: number): number {
  let at = text.indexOf('"', open + 1);
  while (at >= 0) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
    at = text.indexOf('"', at + 1);
  }
  return text.length;
}

/** Index of the comma or bracket that ends the value starting at `start`. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i) - 1;
    else if (code === 123 || code === 91) depth += 1;
    else if (code === 125 || code === 93) {
      if (depth === 0) return i;
      depth -= 1;
    } else if (code === 44 && depth === 0) return i;
  }
  return text.length;
}

function countMembers(value: Json, what: string): number {
  // 1e999 parses to Infinity, which JSON cannot say: it would come out as null.
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw malformed(`${what}: number out of range`, { field: what });
  }
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item, what);
    return count;
  }
  const members = value as JsonObject;
  for (const key in members) count += 1 + countMembers(members[key] ?? null, what);
  return count;
}
