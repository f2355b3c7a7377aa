import { toBase64 } from '../codec/base64.ts';
import { concatBytes } from '../codec/bytes.ts';
import { canonicalJson } from '../codec/canonical-json.ts';
import { readWholeDer } from '../codec/der.ts';
import { toHex } from '../codec/hex.ts';
import type { JsonObject } from '../codec/json.ts';
import { bytesOf, exactMembers, patternOf, textOf } from '../codec/json-fields.ts';
import { parsePublicKey } from '../codec/public-key.ts';
import { utf8 } from '../codec/text.ts';
import { fromIso, toIso, type UnixSeconds } from '../codec/time.ts';
import { issuerKey } from '../crypto/certificate-key.ts';
import { sha256Hex } from '../crypto/hash.ts';
import { attempt, usage } from '../errors.ts';

/** A verifier's word that it had the bundle at a time: ES256 over `countersignedBytes`. */
export interface Countersignature {
  /** SHA-256 of the key's DER SubjectPublicKeyInfo, lower-case hex. */
  readonly key: string;
  /** By the verifier's clock. */
  readonly time: UnixSeconds;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
}

const TAG = utf8('assay/1-countersignature\0');

/** What a countersigning verifier signs: "assay/1-countersignature\0" ‖ canonical JSON of `{bundle, time}`. */
export function countersignedBytes(digest: Uint8Array, time: UnixSeconds): Uint8Array {
  return concatBytes(TAG, utf8(canonicalJson({ bundle: toHex(digest), time: toIso(time) })));
}

/**
 * The time of a countersignature by one of the keys (DER SubjectPublicKeyInfo, P-256) over the bundle's digest: undefined
 * when it is another key's or does not verify. Throws `usage` for a key of the caller that is none.
 */
export async function countersignedAt(
  countersignature: Countersignature,
  digest: Uint8Array,
  keys: readonly Uint8Array[],
): Promise<UnixSeconds | undefined> {
  const { key: named, time, signature } = countersignature;
  for (const spki of keys) {
    const key = attempt(() => parsePublicKey(readWholeDer(spki, 'key'), 'key'));
    const usable = 'value' in key ? await issuerKey(key.value, 'ecdsa-sha256') : undefined;
    if (usable === undefined) {
      throw usage('keys: expected DER SubjectPublicKeyInfos of P-256 keys', { field: 'keys' });
    }
    if ((await sha256Hex(spki)) !== named) continue;
    if (await usable.verify(signature, countersignedBytes(digest, time))) return time;
  }
  return undefined;
}

/** Reads one countersignature. Throws `malformed`, naming the member. */
export function readCountersignature(object: JsonObject): Countersignature {
  exactMembers(object, 'countersignature', ['key', 'time', 'signature']);
  return {
    key: patternOf(object.key, 'countersignature.key', /^[0-9a-f]{64}$/, '32 bytes of lower-case hexadecimal'),
    time: fromIso(textOf(object.time, 'countersignature.time', 20), 'countersignature.time'),
    signature: bytesOf(object.signature, 'countersignature.signature', 64),
  };
}

/** A countersignature as JSON. */
export function countersignatureJson({ key, time, signature }: Countersignature): JsonObject {
  return { key, time: toIso(time), signature: toBase64(signature) };
}
