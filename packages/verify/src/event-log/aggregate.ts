import { isZero } from '../codec/bytes.ts';
import { fromHex } from '../codec/hex.ts';
import { hashOf, sha256Hex } from '../crypto/hash.ts';

/** Registers of authentic evidence by their normalised names (`mrtd`, `rtmr0`, …, `mrConfigId`), lower-case hex. */
export type Registers = Readonly<Record<string, string | undefined>>;

const BUILD = ['mrtd', 'rtmr0', 'rtmr1', 'rtmr2'];
const LAUNCH = ['mrConfigId', 'mrOwner', 'mrOwnerConfig'];

/** dstack's hash of all registers (`mr_aggregated`): those of the launch count only when one of them is set. */
export async function mrAggregated(registers: Registers): Promise<string> {
  const launch = valuesOf(registers, LAUNCH);
  const parts = valuesOf(registers, [...BUILD, 'rtmr3']);
  return sha256Hex(...parts, ...(launch.every(isZero) ? [] : launch));
}

/** dstack's hash of what boots, without the app (`mr_system`): build registers and the key provider. */
export async function mrSystem(registers: Registers, keyProvider: Uint8Array | undefined): Promise<string> {
  const provider = keyProvider ? await hashOf('SHA-256', keyProvider) : new Uint8Array(32);
  return sha256Hex(...valuesOf(registers, BUILD), provider);
}

function valuesOf(registers: Registers, names: readonly string[]): readonly Uint8Array[] {
  return names.map((name) => fromHex(registers[name] ?? '00'.repeat(48), name));
}
