import { AssayError } from '@assay/verify';
import { asObject, fromBase64, parseJsonObject, toBase64 } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';
import { CollateralRefusal } from './judged/judged.ts';
import type { KeptDocument } from './kept.ts';
import { type Resource, rankOf } from './resource.ts';
import { resourceNamed } from './routes.ts';
import type { CollateralService } from './service.ts';

/** JSON on each line: the schema, then a document each. */
export const OFFLINE_SET_TYPE = 'application/jsonl';

const SCHEMA = 'assay.collateral-set/1';
/** Of one line, in characters; and of lines. */
const MAX_LINE = 4_194_304;
const MAX_LINES = 20_000;

/** Everything kept, for services without a way to the vendors. */
export function offlineSet(documents: readonly KeptDocument[]): string {
  const lines = documents.map(({ target, body, headers }) => ({ target, headers, body: toBase64(body) }));
  return [{ schema: SCHEMA }, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** What became of a set's documents. */
export interface ImportResult {
  readonly kept: number;
  readonly refused: readonly { readonly target: string; readonly why: string }[];
}

interface Line {
  readonly resource: Resource;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/**
 * Puts a set into a service, which checks each document as if its vendor's service had given it. Throws `malformed`,
 * naming the line, for what is no set; nothing is kept then.
 */
export async function importOfflineSet(text: string, service: CollateralService): Promise<ImportResult> {
  const refused: { readonly target: string; readonly why: string }[] = [];
  let kept = 0;
  // First what others rest on.
  for (const { resource, ...received } of linesOf(text).toSorted((a, b) => rankOf(a.resource) - rankOf(b.resource))) {
    try {
      await service.admit(resource, received);
      kept += 1;
    } catch (error) {
      if (!(error instanceof CollateralRefusal)) throw error;
      refused.push({ target: resource.target, why: error.message });
    }
  }
  return { kept, refused };
}

function linesOf(text: string): readonly Line[] {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  if (rest.length > MAX_LINES) throw malformed(`more than ${MAX_LINES} lines`);
  if (!isHeader(first)) throw malformed(`line 1: expected {"schema":"${SCHEMA}"}`);
  return rest.map((line, index) => {
    try {
      return lineOf(line);
    } catch (error) {
      if (!(error instanceof AssayError) && !(error instanceof Problem)) throw error;
      throw malformed(`line ${index + 2}: ${error.message}`, error);
    }
  });
}

function isHeader(line: string): boolean {
  return line === JSON.stringify({ schema: SCHEMA });
}

function lineOf(line: string): Line {
  if (line.length > MAX_LINE) throw malformed(`longer than ${MAX_LINE} characters`);
  const { target, body, headers, ...more } = parseJsonObject(line, 'document');
  if (Object.keys(more).length > 0) throw malformed(`unknown member ${Object.keys(more)[0]}`);
  const texts = Object.entries(asObject(headers, 'headers')).map(([name, value]) => [name, String(value)] as const);
  return {
    resource: resourceNamed(String(target)),
    bytes: fromBase64(String(body), 'body'),
    headers: headersOf(texts),
  };
}

function headersOf(texts: readonly (readonly [name: string, value: string])[]): Headers {
  try {
    return new Headers(texts.map(([name, value]): [string, string] => [name, value]));
  } catch {
    throw malformed('headers: a name or a value is none of HTTP');
  }
}

function malformed(what: string, cause?: unknown): AssayError {
  return new AssayError('malformed', `collateral set: ${what}`, { field: 'set' }, { cause });
}
