import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { littleEndian } from '../../layout.ts';
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
  return concatBytes(littleEndian(register, 4), littleEndian(type, 4), bytes(digest), text(name), bytes(payload));
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
  if (value < 2 ** 14) return littleEndian(value * 4 + 1, 2);
  return littleEndian(value * 4 + 2, 4);
}
