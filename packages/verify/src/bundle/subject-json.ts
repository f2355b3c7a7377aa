import type { Subject } from '../binding/subject.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { asObject, type Json, type JsonObject } from '../codec/json.ts';
import { arrayOf, exactMembers, integerOf, textOf } from '../codec/json-fields.ts';

const MAX_TEXT = 8192;
const MAX_BYTES = 1_048_576;
const MAX_FILES = 64;

/** What a verifier saw, for its record: bytes become lower-case hexadecimal. */
export function subjectJson(subject: Subject): JsonObject {
  const { files, ...rest } = subject;
  const plain = plainOf(rest) as JsonObject;
  if (files === undefined) return plain;
  const listed = Object.entries(files).map(([name, bytes]) => ({ name, bytes: toHex(bytes) }));
  return { ...plain, files: listed.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Reads a record's subject. Throws `malformed`, naming the member. */
export function readSubject(object: JsonObject): Subject {
  exactMembers(object, 'subject', [], Object.keys(READERS));
  const entries = Object.entries(object).map(([name, value]) => [name, READERS[name as keyof Subject](value)] as const);
  return Object.fromEntries(entries) as Subject;
}

function plainOf(value: unknown): Json {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value !== 'object' || value === null) return value as Json;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([name, member]) => [name, plainOf(member)]));
}

const text = (value: Json | undefined): string => textOf(value, 'subject', MAX_TEXT);
const bytes = (value: Json | undefined): Uint8Array => fromHex(textOf(value, 'subject', 2 * MAX_BYTES), 'subject');

/** Reads an object of the members, each by its reader; those in `optional` may be missing. */
const members =
  (readers: Readonly<Record<string, (value: Json) => unknown>>, optional: readonly string[] = []) =>
  (value: Json): unknown => {
    const object = asObject(value, 'subject');
    const required = Object.keys(readers).filter((name) => !optional.includes(name));
    exactMembers(object, 'subject', required, optional);
    return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, readers[name]?.(member)]));
  };

const READERS: Readonly<Record<keyof Subject, (value: Json) => unknown>> = {
  peerKey: members({ spkiSha256: bytes, use: text }, ['use']),
  handshakeHash: bytes,
  response: members({
    ...{ method: text, target: text, requestSha256: bytes, bodySha256: bytes },
    status: (value) => integerOf(value, 'subject.response.status', 0, 999),
  }),
  reportData: bytes,
  payload: bytes,
  tappd: members({ hashAlgorithm: text, prefix: text }, ['hashAlgorithm', 'prefix']),
  certificate: bytes,
  spki: bytes,
  files: (value) => {
    const read = members({ name: text, bytes });
    const files = arrayOf(value, 'subject.files', MAX_FILES).map(
      (file) => read(file) as { name: string; bytes: unknown },
    );
    return Object.fromEntries(files.map((file) => [file.name, file.bytes]));
  },
  appKey: members({ algorithm: text, publicKey: bytes }),
  teekit: members({ publicKey: bytes, nonce: bytes, issuedAt: bytes }, ['nonce', 'issuedAt']),
};
