import { hash } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { canonicalJson, type Json, parseJsonObject, toHex, type UnixSeconds } from '@assay/verify/codec';

/** What an entry books; amounts in bytes. Each moves credit from one account to another, so all sums stay zero. */
export type EntryContent =
  | { readonly kind: 'register'; readonly user: string; readonly key: string }
  /** From the grants' account. */
  | { readonly kind: 'grant'; readonly to: string; readonly bytes: number }
  | {
      readonly kind: 'receipt';
      /** The receiver, who is debited. */
      readonly from: string;
      /** The sender, who is credited. */
      readonly to: string;
      readonly bytes: number;
      readonly infohash: string;
      readonly piece: number;
      readonly pieces: number;
      readonly epoch: number;
      /** SHA-256 of the receipt's canonical bytes, lower-case hex. */
      readonly receipt: string;
    }
  /** A receipt in the older form: moves nothing. */
  | { readonly kind: 'upstream'; readonly from: string; readonly to: string; readonly receipt: string }
  | {
      readonly kind: 'export';
      readonly user: string;
      /** The user's long-term key, base64: it finds him at the importing tracker. */
      readonly key: string;
      readonly tracker: string;
      /** The importing tracker. */
      readonly importer: string;
      readonly bytes: number;
    }
  | {
      readonly kind: 'import';
      readonly user: string;
      /** The exporting tracker, and the number and hash of its entry. */
      readonly exporter: string;
      readonly exported: number;
      readonly hash: string;
      readonly bytes: number;
    };

/** An entry: what it books, with its place. */
export type Entry = EntryContent & {
  /** 0, 1 and so on. */
  readonly sequence: number;
  /** Hash of the entry before it, lower-case hex; zeros before the first. */
  readonly previous: string;
  readonly at: UnixSeconds;
};

/** Stands for the entry before the first. */
export const NO_ENTRY = new Uint8Array(32);

const KINDS: readonly string[] = ['register', 'grant', 'receipt', 'upstream', 'export', 'import'];

/** The entry's canonical JSON (RFC 8785), which is hashed and kept. */
export function entryText(entry: Entry): string {
  const members: Readonly<Record<string, Json>> = entry;
  return canonicalJson(members);
}

/** SHA-256(0x00 ‖ text): the chain's link and the Merkle tree's leaf in one (RFC 9162 section 2.1.1). */
export function entryHash(text: string): Uint8Array {
  return hash('sha256', `\0${text}`, 'buffer');
}

/** The next entry of a chain, with its text and hash. */
export function nextEntry(
  content: EntryContent,
  place: { readonly sequence: number; readonly previous: Uint8Array; readonly at: UnixSeconds },
): { readonly text: string; readonly hash: Uint8Array } {
  const text = entryText({ ...content, sequence: place.sequence, previous: toHex(place.previous), at: place.at });
  return { text, hash: entryHash(text) };
}

/** Reads an entry whose hash the caller has checked or will check. Throws `malformed`. */
export function parseEntry(text: string): Entry {
  const entry = parseJsonObject(text, 'entry');
  if (!isEntry(entry)) throw new AssayError('malformed', 'entry: no entry of a version that this tracker knows');
  if (entryText(entry) !== text) throw new AssayError('malformed', 'entry: not in canonical form');
  return entry;
}

const TEXTS: Readonly<Record<Entry['kind'], readonly string[]>> = {
  register: ['user', 'key'],
  grant: ['to'],
  receipt: ['from', 'to', 'infohash', 'receipt'],
  upstream: ['from', 'to', 'receipt'],
  export: ['user', 'key', 'tracker', 'importer'],
  import: ['user', 'exporter', 'hash'],
};
const NUMBERS: Readonly<Record<Entry['kind'], readonly string[]>> = {
  register: [],
  grant: ['bytes'],
  receipt: ['bytes', 'piece', 'pieces', 'epoch'],
  upstream: [],
  export: ['bytes'],
  import: ['bytes', 'exported'],
};

function isKind(kind: unknown): kind is Entry['kind'] {
  return typeof kind === 'string' && KINDS.includes(kind);
}

function isEntry(value: object): value is Entry {
  const get = (name: string): unknown => Reflect.get(value, name);
  const kind = get('kind');
  if (!isKind(kind)) return false;
  const texts = ['kind', 'previous', ...TEXTS[kind]];
  const numbers = ['sequence', 'at', ...NUMBERS[kind]];
  return (
    Object.keys(value).length === texts.length + numbers.length &&
    texts.every((name) => typeof get(name) === 'string') &&
    numbers.every((name) => Number.isSafeInteger(get(name)) && Number(get(name)) >= 0)
  );
}
