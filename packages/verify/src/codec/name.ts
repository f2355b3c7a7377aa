import { malformed } from '../errors.ts';
import { childrenOf, contentsOf, type Der, encodingOf, expectTag, readDer, TAG } from './der.ts';
import { oidOf } from './der-values.ts';
import { fromUtf8 } from './text.ts';

/** An X.501 name: its encoding, and the attributes that vendors use. */
export interface Name {
  readonly raw: Uint8Array;
  /** Values by short name (`CN`, `O`, `OU`, `L`, `ST`, `C`), else by OID. One value each. */
  readonly attributes: Readonly<Partial<Record<string, string>>>;
}

/** Short names by the last arc of 2.5.4. */
const SHORT: Readonly<Partial<Record<number, string>>> = { 3: 'CN', 6: 'C', 7: 'L', 8: 'ST', 10: 'O', 11: 'OU' };
/** UTF8String, PrintableString, IA5String. */
const TEXT_TAGS = new Set([0x0c, 0x13, 0x16]);

/** Parses a Name (RFC 5280 section 4.1.2.4): single-valued attributes, each at most once, at most 32. */
export function parseName(element: Der | undefined, what: string): Name {
  const sequence = expectTag(element, TAG.sequence, what);
  const attributes: Record<string, string> = Object.create(null);
  for (const set of childrenOf(sequence, 32)) {
    const pair = onlyChildOf(expectTag(set, TAG.set, what), TAG.sequence, what);
    const type = readDer(pair.source, pair.content, pair.end);
    const value = readDer(pair.source, type.end, pair.end);
    const name = attributeName(type, what);
    if (!TEXT_TAGS.has(value.tag) || value.end !== pair.end) throw malformed(`${what}: attribute ${name} is not text`);
    if (name in attributes) throw malformed(`${what}: attribute ${name} twice`);
    attributes[name] = fromUtf8(contentsOf(value), what);
  }
  return { raw: encodingOf(sequence), attributes };
}

function attributeName(type: Der, what: string): string {
  const { source, tag, content, end } = type;
  const short = tag === TAG.oid && end - content === 3 && source[content] === 0x55 && source[content + 1] === 0x04;
  return (short ? SHORT[source[content + 2] ?? 0] : undefined) ?? oidOf(type, what);
}

function onlyChildOf(parent: Der, tag: number, what: string): Der {
  const child = expectTag(readDer(parent.source, parent.content, parent.end), tag, what);
  if (child.end !== parent.end) throw malformed(`${what}: more than 1 attribute in a set`);
  return child;
}

/** `CN=…, O=…` for people to read. */
export function showName(name: Name): string {
  return Object.entries(name.attributes)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
