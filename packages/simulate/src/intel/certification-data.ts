import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { littleEndian } from '../layout.ts';
import type { Certificate } from './certificate.ts';
import type { Pck } from './pck.ts';
import type { IntelVendor } from './vendor.ts';

/** A PCK chain in a quote: type 5. */
export interface ChainCertification {
  readonly form: 'chain';
  /** Leaf, intermediate, root unless given. */
  readonly certificates?: readonly Certificate[];
  readonly encoding?: 'pem' | 'der';
  /** Whether the PEM text ends with a NUL, as Intel's does. */
  readonly nul?: boolean;
}

/** How a quote says which PCK signed its QE report. */
export type CertificationOptions =
  | ChainCertification
  /** Type 4: the PCK certificate alone, PEM. */
  | { readonly form: 'leaf' }
  /** Type 1: PPID, CPUSVN, PCESVN, PCEID. */
  | { readonly form: 'ppid' }
  /** Type 2 or 3: the same with the PPID encrypted by RSA; random bytes here, for only Intel could read it. */
  | { readonly form: 'encrypted-ppid'; readonly bits: 2048 | 3072 }
  /** Any type, any bytes. */
  | { readonly form: 'raw'; readonly type: number; readonly data: Uint8Array };

/** Certification data: its type and its bytes. */
export interface CertificationData {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The certification data of a quote that a platform's PCK stands behind. */
export function certificationData(vendor: IntelVendor, pck: Pck, options: CertificationOptions): CertificationData {
  switch (options.form) {
    case 'ppid':
      return { type: 1, data: concatBytes(pck.platform.ppid, svns(pck)) };
    case 'encrypted-ppid': {
      const length = options.bits / 8;
      const encrypted = vendor.entropy.bytes(`intel/encrypted-ppid/${length}`, length);
      return { type: options.bits === 2048 ? 2 : 3, data: concatBytes(encrypted, svns(pck)) };
    }
    case 'leaf':
      return { type: 4, data: utf8ToBytes(pck.certificate.pem) };
    case 'chain':
      return { type: 5, data: chainBytes(options.certificates ?? pck.chain, options) };
    case 'raw':
      return { type: options.type, data: options.data };
  }
}

/** What types 1 to 3 end with, 20 bytes. */
function svns({ platform }: Pck): Uint8Array {
  return concatBytes(platform.cpuSvn, littleEndian(platform.pceSvn, 2), hexToBytes(platform.pceId));
}

function chainBytes(certificates: readonly Certificate[], { encoding, nul = true }: ChainCertification): Uint8Array {
  if (encoding === 'der') return concatBytes(...certificates.map(({ der }) => der));
  const pem = certificates.map((certificate) => certificate.pem).join('');
  return utf8ToBytes(nul ? `${pem}\0` : pem);
}
