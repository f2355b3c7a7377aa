import { malformed } from '../errors.ts';
import { childrenOf, contentsOf, type Der, encodingOf, expectTag, TAG } from './der.ts';
import { oidOf } from './der-values.ts';
import { fromUtf8 } from './text.ts';

/** An X.501 name: its encoding, and the attributes that vendors use. */
export interface Name {
  readonly raw: Uint8Array;
  /** Values by short name (`CN`, `O`, `OU`, `L`, `ST`, `C`), else by OID. One value each. */
  readonly attributes: Readonly<Partial<Record<string, string>>>;
}

const SHORT: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};
/** UTF8String, PrintableString, IA5String. */
const TEXT_TAGS = new Set([0x0c, 0x13, 0x16]);

/** Parses a Name (RFC 5280 section 4.1.2.4): single-valued attributes, each at most once, at most 32. */
export function parseName(element: Der | undefined, what: string): Name {
  const sequence = expectTag(element, TAG.sequence, what);
  const attributes: Record<string, string> = Object.create(null);
  for (const set of childrenOf(sequence, 32)) {
    const pairs = childrenOf(expectTag(set, TAG.set, what), 1);
    const [type, value] = childrenOf(expectTag(pairs[0], TAG.sequence, what), 2);
    const oid = oidOf(type, what);
    if (value === undefined || !TEXT_TAGS.has(value.tag)) throw malformed(`${what}: attribute ${oid} is not text`);
    const name = SHORT[oid] ?? oid;
    if (name in attributes) throw malformed(`${what}: attribute ${name} twice`);
    attributes[name] = fromUtf8(contentsOf(value), what);
  }
  return { raw: encodingOf(sequence), attributes };
}

/** `CN=…, O=…` for people to read. */
export function showName(name: Name): string {
  return Object.entries(name.attributes)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
