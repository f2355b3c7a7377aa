import { concatBytes } from '../../codec/bytes.ts';
import { fromHex } from '../../codec/hex.ts';
import { utf8 } from '../../codec/text.ts';
import { MAX_TIME } from '../../codec/time.ts';
import { hashOf } from '../../crypto/hash.ts';
import type { Profile } from './expectation.ts';

/** Where the time begins. */
const TIME = 32;

/**
 * Report data of three parts: SHA-256(profile ‖ 0 ‖ payload), the attester's time in seconds (8 bytes, big endian), 24
 * random bytes. The first part is compared, the second is what `fresh.age` judges; the random bytes keep two alike apart.
 */
function stamped(tag: string): Profile {
  return async ({ payload }, { reportData }) => {
    if (payload === undefined || payload.length === 0) return MISSING;
    const found = reportData === null ? new Uint8Array(64) : fromHex(reportData);
    const issuedAt = Number(new DataView(found.buffer, found.byteOffset).getBigUint64(TIME));
    if (issuedAt > MAX_TIME) return { refused: `issued ${issuedAt} seconds after 1970, which is no time` };
    const digest = await hashOf('SHA-256', utf8(`${tag}\0`), payload);
    const expected = concatBytes(digest, found.subarray(TIME));
    return { reportData: expected, how: 'SHA-256, then time and random bytes as found', issuedAt };
  };
}

const MISSING = { missing: 'subject.payload was not given, or is empty' } as const;

/**
 * `pbts-payload/1`: UTF-8 text that a tracker was asked to have quoted, and when.
 *
 * Proves that a workload quoted this text under this tag. Whoever may ask chooses it, so it proves no key and no connection.
 */
export const pbtsPayload1: Profile = stamped('pbts-payload/1');

/**
 * `pbts-register/1`: user and instance, each after its length in bytes (4 bytes, big endian), then the user's public key.
 *
 * Proves that the tracker's workload derived this key for this user of this instance.
 */
export const pbtsRegister1: Profile = stamped('pbts-register/1');
