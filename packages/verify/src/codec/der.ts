import { malformed } from '../errors.ts';

/** One DER element: positions into `source`, nothing copied. Parsing is never recursive. */
export interface Der {
  readonly source: Uint8Array;
  readonly tag: number;
  /** Offset of the tag. */
  readonly start: number;
  /** Offset of the contents. */
  readonly content: number;
  /** Offset after the contents. */
  readonly end: number;
}

/** Tags used in certificates and CRLs (X.690). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/**
 * Reads one element at `offset`; its length must be definite, minimal and inside `limit` (X.690 section 10.1).
 * Throws `malformed`.
 */
export function readDer(source: Uint8Array, offset = 0, limit = source.length): Der {
  const tag = source[offset];
  const first = source[offset + 1];
  if (tag === undefined || first === undefined || offset + 2 > limit) throw malformed(`DER: cut short at ${offset}`);
  if ((tag & 0x1f) === 0x1f) throw malformed(`DER: multi-byte tag at ${offset}`);
  let content = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw malformed(`DER: length form 0x${first.toString(16)} at ${offset}`);
    length = 0;
    for (let i = 0; i < count; i += 1) length = length * 256 + (source[content + i] ?? 0);
    content += count;
    const minimal = length >= 0x80 && length >= 256 ** (count - 1);
    if (!minimal) throw malformed(`DER: length not minimal at ${offset}`);
  }
  const end = content + length;
  if (end > limit) throw malformed(`DER: length ${length} at ${offset} exceeds what is there`);
  return { source, tag, start: offset, content, end };
}

/** The one element that fills `bytes` exactly. Throws `malformed` when there is less or more. */
export function readWholeDer(bytes: Uint8Array, what: string): Der {
  const element = readDer(bytes);
  if (element.end !== bytes.length) throw malformed(`${what}: ${bytes.length - element.end} bytes after its end`);
  return element;
}

/** The element's children, in order. At most `max`. Throws `malformed`. */
export function childrenOf(parent: Der, max = 4096): readonly Der[] {
  const children: Der[] = [];
  let offset = parent.content;
  while (offset < parent.end) {
    if (children.length === max) throw malformed(`DER: more than ${max} elements at ${parent.start}`);
    const child = readDer(parent.source, offset, parent.end);
    children.push(child);
    offset = child.end;
  }
  return children;
}

/** Contents without tag and length, as a view. */
export function contentsOf(element: Der): Uint8Array {
  return element.source.subarray(element.content, element.end);
}

/** The element with tag and length, as a view. */
export function encodingOf(element: Der): Uint8Array {
  return element.source.subarray(element.start, element.end);
}

/** The element; throws `malformed`, naming `what`, unless it is there and has the tag. */
export function expectTag(element: Der | undefined, tag: number, what: string): Der {
  if (element?.tag !== tag) {
    const found = element === undefined ? 'nothing' : `0x${element.tag.toString(16)}`;
    throw malformed(`${what}: expected DER tag 0x${tag.toString(16)}, found ${found}`, { field: what });
  }
  return element;
}
