import { Checklist } from '@assay/verify';
import { asObject, type Json, type JsonObject } from '@assay/verify/codec';
import { confidentialSpace, type Token } from '@assay/verify/confidential-space';
import { Problem } from '../problem/problem.ts';

/** Characters of what a check found that a problem repeats. */
const MAX_FOUND = 200;

/**
 * A token by the verifier's own parser: its form and the types of its claims, and nothing of whether it is genuine.
 * Throws the problem `unavailable`, naming what is wrong.
 */
export function readToken(token: Uint8Array): Token {
  const checks = new Checklist(confidentialSpace.checks);
  const parsed = confidentialSpace.parse(token, checks);
  if (parsed !== undefined) return parsed;
  const failed = checks.checks.find(({ outcome }) => outcome === 'fail');
  throw noToken(`${failed?.id ?? 'cs.token.form'}: ${String(failed?.actual ?? 'unknown').slice(0, MAX_FOUND)}`);
}

/** A string claim that the verifier does not look at; null when missing. Throws the problem `unavailable` for another type. */
export function textOf(object: JsonObject, key: string): string | null {
  const value = memberOf(object, key);
  if (value === null || typeof value === 'string') return value;
  throw noToken(`${key}: expected a string`);
}

/** An array of strings; null when missing. Throws the problem `unavailable` for another type. */
export function textsOf(object: JsonObject, key: string): readonly string[] | null {
  const value = memberOf(object, key);
  if (value === null || isTexts(value)) return value;
  throw noToken(`${key}: expected strings`);
}

/** An object; null when missing. Throws the problem `unavailable` for another type. */
export function objectOf(object: JsonObject, key: string): JsonObject | null {
  const value = memberOf(object, key);
  if (value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value)) throw noToken(`${key}: expected an object`);
  return asObject(value, key);
}

/** Only own members count: tokens may use any name. */
function memberOf(object: JsonObject, key: string): Json {
  return Object.hasOwn(object, key) ? (object[key] ?? null) : null;
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function noToken(found: string): Problem {
  return new Problem(
    'unavailable',
    `The launcher answered something that is no token of Confidential Space (${found}); see what listens on its socket`,
  );
}
