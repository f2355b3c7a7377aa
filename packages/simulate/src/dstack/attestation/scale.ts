import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { TdEvent } from '../event.ts';
import { type AttestationContent, runtimeEvents } from './content.ts';

/** Version 0, platform TDX. */
const HEAD = Uint8Array.of(0, 0);

/** A versioned attestation of version 0 (SCALE). */
export function encodeAttestationV0({ quote, events, reportData, config }: AttestationContent): Uint8Array {
  const runtime = list(runtimeEvents(events), ({ name, payload }) => concatBytes(text(name), bytes(payload)));
  return concatBytes(HEAD, bytes(quote), list(events, encodeEvent), runtime, reportData, text(config));
}

function encodeEvent({ register, type, digest, name, payload }: TdEvent): Uint8Array {
  return concatBytes(u32(register), u32(type), bytes(digest), text(name), bytes(payload));
}

function list<T>(items: readonly T[], encode: (item: T) => Uint8Array): Uint8Array {
  return concatBytes(compact(items.length), ...items.map(encode));
}

function text(value: string): Uint8Array {
  return bytes(utf8ToBytes(value));
}

function bytes(value: Uint8Array): Uint8Array {
  return concatBytes(compact(value.length), value);
}

/** A length: 1, 2 or 4 bytes, little endian, whose lowest two bits say which. */
function compact(value: number): Uint8Array {
  if (value < 2 ** 6) return Uint8Array.of(value << 2);
  if (value < 2 ** 14) return u32((value << 2) | 1).subarray(0, 2);
  return u32(value * 4 + 2);
}

/** Little endian. */
function u32(value: number): Uint8Array {
  const encoded = new Uint8Array(4);
  new DataView(encoded.buffer).setUint32(0, value, true);
  return encoded;
}
