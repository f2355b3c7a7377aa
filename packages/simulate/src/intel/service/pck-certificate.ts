import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { littleEndian } from '../../layout.ts';
import type { Pck } from '../pck.ts';
import { optional, type Query, Refusal, required } from './query.ts';

/** A platform's PCK at one TCB level, and how requests name the platform. */
export interface CertifiedPlatform {
  readonly pck: Pck;
  /** Encrypted PPID, 384 bytes. Without it the platform answers to any: nobody but Intel could decrypt one. */
  readonly encryptedPpid?: Uint8Array;
}

/** The PCK of the highest TCB level that the requested SVNs reach. */
export function findPck(query: Query, platforms: readonly CertifiedPlatform[]): Pck {
  const hex = (name: string, bytes: number): string => required(query, name, hexOf(bytes)).toLowerCase();
  // A PCCS knows its platforms by QE id, and may have to do without the PPID.
  if (query.kind === 'pccs') required(query, 'qeid', /^[0-9a-f]{1,260}$/i);
  const ppid =
    query.kind === 'pccs' ? optional(query, 'encrypted_ppid', hexOf(384))?.toLowerCase() : hex('encrypted_ppid', 384);
  const cpuSvn = hexToBytes(hex('cpusvn', 16));
  const [low = 0, high = 0] = hexToBytes(hex('pcesvn', 2));
  const pceId = hex('pceid', 2);
  const reached = platforms.filter(
    ({ pck: { platform }, encryptedPpid }) =>
      platform.pceId.toLowerCase() === pceId &&
      (encryptedPpid === undefined || ppid === undefined || bytesToHex(encryptedPpid) === ppid) &&
      platform.pceSvn <= low + 256 * high &&
      isAtLeast(cpuSvn, platform.cpuSvn),
  );
  const best = reached.map(({ pck }) => pck).reduce<Pck | undefined>(higher, undefined);
  if (best === undefined) throw new Refusal(404, 'no PCK certificate for this platform at this TCB');
  return best;
}

/** The TCB level that a certificate stands for, as `SGX-TCBm` has it: CPUSVN and PCESVN, the latter little endian. */
export function tcbmOf({ platform: { cpuSvn, pceSvn } }: Pck): string {
  return bytesToHex(concatBytes(cpuSvn, littleEndian(pceSvn, 2))).toUpperCase();
}

function hexOf(bytes: number): RegExp {
  return new RegExp(`^[0-9a-f]{${bytes * 2}}$`, 'i');
}

function isAtLeast(svns: Uint8Array, least: Uint8Array): boolean {
  return least.every((svn, index) => (svns[index] ?? 0) >= svn);
}

function higher(best: Pck | undefined, next: Pck): Pck {
  if (best === undefined) return next;
  const [one, other] = [next.platform, best.platform];
  return one.pceSvn >= other.pceSvn && isAtLeast(one.cpuSvn, other.cpuSvn) ? next : best;
}
