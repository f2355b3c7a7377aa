/** Component versions of an SNP TCB; each given one is a minimum. `fmc` exists on Turin only. */
export interface SnpTcbMinimum {
  readonly fmc?: number | undefined;
  readonly bootLoader?: number | undefined;
  readonly tee?: number | undefined;
  readonly snp?: number | undefined;
  readonly microcode?: number | undefined;
}

/** What AMD leaves to the relying party. Bits are `require`d, `refuse`d or of no matter (`any`). */
export interface SnpPolicy {
  /** Product lines (`Milan`, `Genoa`, `Turin`) that may attest. Default: all. */
  readonly products?: readonly ('Milan' | 'Genoa' | 'Turin')[] | undefined;
  /** Signing keys that may sign. Default: both. */
  readonly signers?: readonly ('VCEK' | 'VLEK')[] | undefined;
  readonly minimumReportedTcb?: SnpTcbMinimum | undefined;
  readonly minimumLaunchTcb?: SnpTcbMinimum | undefined;
  /** Firmware whose committed TCB is behind its current one: `refuse` (default) or `allow`. */
  readonly provisionalFirmware?: 'refuse' | 'allow' | undefined;
  /** Lowest firmware build, and API version as `major.minor`. */
  readonly minimumBuild?: number | undefined;
  readonly minimumApiVersion?: string | undefined;
  /** Lowest guest ABI as `major.minor`. */
  readonly minimumAbi?: string | undefined;
  readonly minimumGuestSvn?: number | undefined;
  /** Allowed VMPLs, 0 to 3. Default: 0. */
  readonly vmpl?: readonly number[] | undefined;
  /** Migration agent: `refuse` (default) or `allow`. */
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
  /** ALIAS_CHECK_COMPLETE (BadRAM). */
  readonly aliasCheck?: 'require' | 'any' | undefined;
  /** VLEK: the cloud service provider's id in the certificate. */
  readonly cspIds?: readonly string[] | undefined;
  /** Reports v5: mitigation bits that must be set, lower-case hex of the 64-bit vector. */
  readonly mitigations?: string | undefined;
}
