import { createHash } from 'node:crypto';
import type { UnixSeconds } from '@assay/verify/codec';
import { concatBytes, utf8 } from '@assay/verify/codec';

/** What a quote of the tracker can be about. */
export type PayloadProfile = 'pbts-payload/1' | 'pbts-register/1';

/** A registration that is to be attested. */
export interface Registration {
  readonly user: string;
  /** The tracker's instance id. */
  readonly instance: string;
  /** 48 bytes. */
  readonly publicKey: Uint8Array;
}

const RANDOM_BYTES = 24;

/** Report data of a payload: SHA-256(profile ‖ 0 ‖ payload) ‖ issuedAt (u64be) ‖ 24 random bytes. */
export function payloadReportData(
  profile: PayloadProfile,
  payload: Uint8Array,
  issuedAt: UnixSeconds,
  random: (length: number) => Uint8Array,
): Uint8Array {
  const time = new DataView(new ArrayBuffer(8));
  time.setBigUint64(0, BigInt(issuedAt));
  const digest = createHash('sha256').update(`${profile}\0`).update(payload).digest();
  return concatBytes(digest, new Uint8Array(time.buffer), random(RANDOM_BYTES));
}

/** The payload of `pbts-register/1`: user and instance, each after its length in bytes (u32be), then the key. */
export function registrationPayload({ user, instance, publicKey }: Registration): Uint8Array {
  return concatBytes(counted(user), counted(instance), publicKey);
}

/** The text that a user signs and has quoted: `register||USER||INSTANCE`. */
export function registrationText(user: string, instance: string): string {
  return `register||${user}||${instance}`;
}

/** The user of such a text, of this instance; undefined for any other text. */
export function registrationUser(text: string, instance: string): string | undefined {
  const [head, tail] = ['register||', `||${instance}`];
  const isOne = text.startsWith(head) && text.endsWith(tail) && text.length > head.length + tail.length;
  return isOne ? text.slice(head.length, -tail.length) : undefined;
}

function counted(text: string): Uint8Array {
  const bytes = utf8(text);
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, bytes.length);
  return concatBytes(new Uint8Array(length.buffer), bytes);
}
