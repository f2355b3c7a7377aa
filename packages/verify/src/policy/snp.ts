/** Product lines of AMD that attest; Bergamo and Siena belong to Genoa. */
export type SnpProduct = 'Milan' | 'Genoa' | 'Turin';

/** Component versions of an SNP TCB; each given one is a minimum. `fmc` exists on Turin only and is not judged elsewhere. */
export interface SnpTcbMinimum {
  readonly fmc?: number | undefined;
  readonly bootLoader?: number | undefined;
  readonly tee?: number | undefined;
  readonly snp?: number | undefined;
  readonly microcode?: number | undefined;
}

/** Minimum TCB for all products, for single ones, or both, which then both hold. A product without any is refused. */
export interface SnpTcbMinima extends SnpTcbMinimum {
  readonly Milan?: SnpTcbMinimum | undefined;
  readonly Genoa?: SnpTcbMinimum | undefined;
  readonly Turin?: SnpTcbMinimum | undefined;
}

/**
 * What AMD leaves to the relying party. Bits are `require`d, `refuse`d or of no matter (`any`); without a default
 * named here a bit is of no matter. Where guest policy and platform both have a bit, the platform's state decides:
 * it holds until the guest ends, because migration is refused.
 */
export interface SnpPolicy {
  /** Product lines that may attest. Default: all, with a warning for Milan (arXiv 2605.12990: its key seed can be extracted). */
  readonly products?: readonly SnpProduct[] | undefined;
  /** Signing keys that may sign. Default: both. */
  readonly signers?: readonly ('VCEK' | 'VLEK')[] | undefined;
  /** Lowest TCB that the report vouches for. Default: none, with a warning, because AMD publishes no list. */
  readonly minimumReportedTcb?: SnpTcbMinima | undefined;
  /** Lowest TCB under which the guest was launched. */
  readonly minimumLaunchTcb?: SnpTcbMinima | undefined;
  /** Firmware whose committed TCB is behind its current one: `refuse` (default) or `allow`. */
  readonly provisionalFirmware?: 'refuse' | 'allow' | undefined;
  /** Lowest build of the committed firmware, and its API version as `major.minor`. */
  readonly minimumBuild?: number | undefined;
  readonly minimumApiVersion?: string | undefined;
  /** Lowest guest ABI as `major.minor`. */
  readonly minimumAbi?: string | undefined;
  readonly minimumGuestSvn?: number | undefined;
  /** Allowed VMPLs, 0 to 3. Default: 0. */
  readonly vmpl?: readonly number[] | undefined;
  /** Migration agent that may read the guest's memory: `refuse` (default) or `allow`. */
  readonly migrationAgent?: 'refuse' | 'allow' | undefined;
  readonly smt?: 'refuse' | 'any' | undefined;
  readonly singleSocket?: 'require' | 'any' | undefined;
  readonly cxl?: 'refuse' | 'any' | undefined;
  readonly aes256Xts?: 'require' | 'any' | undefined;
  readonly raplDisabled?: 'require' | 'any' | undefined;
  readonly ciphertextHiding?: 'require' | 'any' | undefined;
  readonly pageSwapDisabled?: 'require' | 'any' | undefined;
  readonly tsme?: 'require' | 'any' | undefined;
  readonly ecc?: 'require' | 'any' | undefined;
  /** SEV-TIO. */
  readonly trustedIo?: 'refuse' | 'any' | undefined;
  /** ALIAS_CHECK_COMPLETE (BadRAM). Default: required, with a warning for reports of version 2, which cannot say. */
  readonly aliasCheck?: 'require' | 'any' | undefined;
  /** VLEK: the cloud service provider's id as in the certificate (`CN=cc-us-east-2.amazonaws.com`). Default: any. */
  readonly cspIds?: readonly string[] | undefined;
  /** Mitigation bits that must be set (reports v5): the 64-bit vector as 16 hex digits, most significant first. */
  readonly mitigations?: string | undefined;
}
