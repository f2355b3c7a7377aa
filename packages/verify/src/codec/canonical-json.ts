import { malformed } from '../errors.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * RFC 8785 canonical JSON, restricted to what statements use: integers (±2^53−1), strings, booleans, null, and arrays and
 * objects of them. Throws `malformed` for other numbers and for lone surrogates.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (value !== value.toWellFormed()) throw malformed('canonical JSON: lone surrogate in a string');
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw malformed(`canonical JSON: ${value} is no integer`);
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as JsonObject;
  // By UTF-16 code units, as RFC 8785 section 3.2.3 wants.
  const keys = Object.keys(members).toSorted((a, b) => (a < b ? -1 : 1));
  return `{${keys.map((key) => `${canonicalJson(key)}:${canonicalJson(members[key] ?? null)}`).join(',')}}`;
}
