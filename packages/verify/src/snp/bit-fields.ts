/** The guest policy that the launch was bound to (AMD 56860 section 4.3). */
export interface GuestPolicy {
  readonly raw: bigint;
  readonly abiMajor: number;
  readonly abiMinor: number;
  readonly smtAllowed: boolean;
  /** Bit 17, which must be one. */
  readonly reservedOne: boolean;
  readonly migrationAgent: boolean;
  readonly debug: boolean;
  readonly singleSocket: boolean;
  readonly cxlAllowed: boolean;
  readonly aes256Xts: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHiding: boolean;
  readonly pageSwapDisabled: boolean;
}

/** Reads the 64 bits of a guest policy. */
export function readGuestPolicy(raw: bigint): GuestPolicy {
  const bit = (position: number): boolean => isSet(raw, position);
  return {
    raw,
    abiMajor: Number((raw >> 8n) & 0xffn),
    abiMinor: Number(raw & 0xffn),
    smtAllowed: bit(16),
    reservedOne: bit(17),
    migrationAgent: bit(18),
    debug: bit(19),
    singleSocket: bit(20),
    cxlAllowed: bit(21),
    aes256Xts: bit(22),
    raplDisabled: bit(23),
    ciphertextHiding: bit(24),
    pageSwapDisabled: bit(25),
  };
}

/** State of the platform when the report was made (AMD 56860 section 7.3, PLATFORM_INFO). */
export interface PlatformInfo {
  readonly raw: bigint;
  readonly smt: boolean;
  readonly tsme: boolean;
  readonly ecc: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHiding: boolean;
  /** No two addresses reach the same memory (BadRAM, CVE-2024-21944). */
  readonly aliasCheck: boolean;
  readonly iommuWriteSafe: boolean;
  readonly trustedIo: boolean;
}

/** Reads the 64 bits of PLATFORM_INFO; bits that newer firmware adds are kept in `raw`. */
export function readPlatformInfo(raw: bigint): PlatformInfo {
  const bit = (position: number): boolean => isSet(raw, position);
  return {
    raw,
    smt: bit(0),
    tsme: bit(1),
    ecc: bit(2),
    raplDisabled: bit(3),
    ciphertextHiding: bit(4),
    aliasCheck: bit(5),
    iommuWriteSafe: bit(6),
    trustedIo: bit(7),
  };
}

/** Which key signed, and what the host hid (AMD 56860 section 7.3, KEY_INFO). */
export interface SignerInfo {
  readonly raw: number;
  readonly authorKeyEnabled: boolean;
  readonly maskChipKey: boolean;
  /** Undefined for 7 (no key) and for reserved values. */
  readonly signingKey: 'VCEK' | 'VLEK' | undefined;
}

/** Reads the 32 bits of KEY_INFO. */
export function readSignerInfo(raw: number): SignerInfo {
  const key = (raw >>> 2) & 7;
  return {
    raw,
    authorKeyEnabled: (raw & 1) !== 0,
    maskChipKey: (raw & 2) !== 0,
    signingKey: key === 0 ? 'VCEK' : key === 1 ? 'VLEK' : undefined,
  };
}

function isSet(raw: bigint, position: number): boolean {
  return ((raw >> BigInt(position)) & 1n) === 1n;
}
