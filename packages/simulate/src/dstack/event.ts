import { canonicalJson, type JsonObject } from '@assay/verify/codec';
import { sha384 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { RuntimeRegister } from '../software/td.ts';

/** Type of the events that dstack measures itself. */
const RUNTIME_EVENT = 0x08000001;

/** One measured event: what extends a register, and what it stands for. */
export interface TdEvent {
  readonly register: RuntimeRegister;
  readonly type: number;
  /** SHA-384, 48 bytes. */
  readonly digest: Uint8Array;
  readonly name: string;
  readonly payload: Uint8Array;
  /** The bytes that are hashed; entries of version 2 carry them. */
  readonly preimage?: Uint8Array;
}

/** An event of RTMR3. Version 1 hashes type, name and payload joined by colons, version 2 their canonical JSON. */
export function runtimeEvent(name: string, payload: Uint8Array, version: 1 | 2): TdEvent {
  const event = { register: 3, type: RUNTIME_EVENT, name, payload } as const;
  if (version === 2) {
    const preimage = utf8ToBytes(canonicalJson({ name, payload: bytesToHex(payload), type: RUNTIME_EVENT }));
    return { ...event, digest: sha384(preimage), preimage };
  }
  const head = concatBytes(Uint8Array.of(1, 0, 0, 8), utf8ToBytes(`:${name}:`));
  return { ...event, digest: sha384(concatBytes(head, payload)) };
}

/** The event as an entry of a log in JSON. */
export function entryOf({ register, type, digest, name, payload, preimage }: TdEvent): JsonObject {
  return {
    imr: register,
    event_type: type,
    digest: bytesToHex(digest),
    event: name,
    event_payload: bytesToHex(payload),
    ...(preimage !== undefined && { version: 2, preimage: bytesToHex(preimage) }),
  };
}
