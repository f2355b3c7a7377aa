import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { SoftwareTd } from '../software/td.ts';

/** What of a TD never changes while it runs. */
export interface LaunchMeasurements {
  /** MRTD, 48 bytes. */
  readonly mrTd: Uint8Array;
  /** MR_CONFIG_ID, 48 bytes; zeros where it is not used. */
  readonly mrConfigId: Uint8Array;
}

/** dstack's hash of all registers; those of the launch count when one of them is set. */
export function mrAggregated({ registers }: SoftwareTd, { mrTd, mrConfigId }: LaunchMeasurements): Uint8Array {
  const used = mrConfigId.some((byte) => byte !== 0);
  // MR_OWNER and MR_OWNER_CONFIG: nobody owns these guests.
  const launch = used ? [mrConfigId, new Uint8Array(48), new Uint8Array(48)] : [];
  return sha256(concatBytes(mrTd, ...registers, ...launch));
}

/** dstack's hash of what boots: build registers and key provider, without the app. */
export function mrSystem(
  { registers }: SoftwareTd,
  { mrTd }: LaunchMeasurements,
  keyProviderInfo: Uint8Array,
): Uint8Array {
  return sha256(concatBytes(mrTd, ...registers.slice(0, 3), sha256(keyProviderInfo)));
}

/** MR_CONFIG_ID of the first form: the compose hash behind its number. */
export function configIdOf(composeHash: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(1), composeHash, new Uint8Array(15));
}
