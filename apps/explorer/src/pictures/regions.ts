import { Checklist, type Tee } from '@assay/verify';
import { TEES } from '../evidence/tees.ts';

/** A named stretch of evidence. */
export interface Region {
  readonly name: string;
  readonly start: number;
  readonly bytes: Uint8Array;
  /** True for what a parsed field stands for; gaps hold numbers, lengths and zeros. */
  readonly named: boolean;
}

/** The regions of evidence, in order, without gaps: fields by their names in the parsed structure. */
export function regionsOf(evidence: Uint8Array): readonly Region[] {
  const tee = TEES.find((candidate) => candidate.recognises(evidence));
  if (tee === undefined) return gap(evidence, 0, evidence.length);
  return tee.name === 'confidential-space' ? tokenRegions(evidence) : fieldRegions(evidence, tee);
}

/** A token's three parts. */
function tokenRegions(token: Uint8Array): readonly Region[] {
  const dots = [...token.entries()].filter(([, byte]) => byte === 0x2e).map(([index]) => index);
  const ends = [...dots.slice(0, 2), token.length];
  return ends.map((end, part) => {
    const start = part === 0 ? 0 : (ends[part - 1] ?? 0) + 1;
    return {
      name: ['header', 'payload', 'signature'][part] ?? '',
      start,
      bytes: token.subarray(start, end),
      named: true,
    };
  });
}

interface Field {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function fieldRegions(evidence: Uint8Array, tee: Tee): readonly Region[] {
  // A copy alone in its buffer: views in the parsed structure tell their place by their offset.
  const own = new Uint8Array(evidence);
  const parsed = tee.parse(own, new Checklist(tee.checks));
  const all = viewsIn(parsed, own.length);
  const fields = all
    .filter((one) => !all.some((other) => other !== one && inside(other, one)))
    .sort((a, b) => a.start - b.start);
  const regions: Region[] = [];
  let at = 0;
  for (const { name, start, end } of fields) {
    if (start < at) continue;
    regions.push(...gap(own, at, start), { name, start, bytes: own.subarray(start, end), named: true });
    at = end;
  }
  return [...regions, ...gap(own, at, own.length)];
}

/** True when the first lies within the second, and is shorter or stands for the same bytes by a longer name. */
function inside(inner: Field, outer: Field): boolean {
  const within = inner.start >= outer.start && inner.end <= outer.end;
  const same = inner.start === outer.start && inner.end === outer.end;
  return within && (!same || inner.name.length > outer.name.length);
}

/** Every view of a buffer of this length, by path. */
function viewsIn(value: unknown, length: number, path: readonly string[] = []): readonly Field[] {
  if (value instanceof Uint8Array) {
    const ours = value.buffer.byteLength === length && value.length > 0;
    const name = path.filter((part) => !['quote', 'authentication', 'report'].includes(part)).join('.');
    return ours ? [{ name, start: value.byteOffset, end: value.byteOffset + value.length }] : [];
  }
  if (typeof value !== 'object' || value === null || path.length > 6) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === 'claims' || name === 'raw' ? [] : viewsIn(member, length, [...path, name]),
  );
}

function gap(bytes: Uint8Array, start: number, end: number): readonly Region[] {
  if (start >= end) return [];
  const stretch = bytes.subarray(start, end);
  const zero = stretch.every((byte) => byte === 0);
  const name = zero ? 'zeros' : end - start <= 16 ? 'numbers and lengths' : 'other fields';
  return [{ name, start, bytes: stretch, named: false }];
}
