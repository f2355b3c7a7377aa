import { toHex } from '../codec/hex.ts';
import { Reader } from '../codec/reader.ts';

/** Size of a quote header in bytes. */
export const HEADER_SIZE = 48;

/** QE vendor id of Intel, as in every quote of Intel's quoting enclaves. */
export const INTEL_VENDOR = '939a7233f79c4ca9940a0db3957f0607';

/** The TEE types of quote headers. */
export const TEE_TYPE = { sgx: 0x00, tdx: 0x81 } as const;

/** The header of a DCAP quote, versions 3 to 5 (Intel SGX ECDSA Quote Library API, appendix A). */
export interface QuoteHeader {
  readonly version: number;
  readonly attestationKeyType: number;
  readonly teeType: number;
  /** Version 3 only, else reserved. */
  readonly qeSvn: number;
  /** Version 3 only, else reserved. */
  readonly pceSvn: number;
  readonly qeVendorId: Uint8Array;
  readonly userData: Uint8Array;
}

/** Reads the first 48 bytes. Throws `malformed` when they are not there. */
export function parseHeader(quote: Uint8Array): QuoteHeader {
  const reader = new Reader(quote);
  return {
    version: reader.u16('version'),
    attestationKeyType: reader.u16('attestation key type'),
    teeType: reader.u32('TEE type'),
    qeSvn: reader.u16('QE SVN'),
    pceSvn: reader.u16('PCE SVN'),
    qeVendorId: reader.bytes(16, 'QE vendor id'),
    userData: reader.bytes(20, 'user data'),
  };
}

/** The TEE type that bytes claim when they look like a DCAP quote at all, else undefined. */
export function claimedTeeType(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_SIZE) return undefined;
  const header = parseHeader(bytes);
  const known = header.version >= 3 && header.version <= 5 && (header.teeType === 0 || header.teeType === TEE_TYPE.tdx);
  // An SNP report, too, begins with a version of 2 to 5; where a quote has its key type, it has zeros.
  const keyed = header.attestationKeyType >= 1 && header.attestationKeyType <= 3;
  const looksIt = toHex(header.qeVendorId) === INTEL_VENDOR || (known && keyed);
  return looksIt ? header.teeType : undefined;
}
