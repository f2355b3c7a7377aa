/** What Google's tokens leave to the relying party. */
export interface ConfidentialSpacePolicy {
  /** `production` (default): dbgstat `disabled-since-boot` and support attributes; `debug`: an image for finding faults; needs `debug: allow`. */
  readonly profile?: 'production' | 'debug' | undefined;
  /** The support attribute that must be present. Default `STABLE`. */
  readonly support?: 'LATEST' | 'STABLE' | 'USABLE' | undefined;
  /** Default: `GCP_AMD_SEV`, `GCP_AMD_SEV_ES`, `GCP_INTEL_TDX`. */
  readonly hardware?: readonly string[] | undefined;
  /** Environment overrides that may be set, each with its allowed value, or null for any value. Default: none may. */
  readonly envOverride?: Readonly<Record<string, string | null>> | undefined;
  /** The exact command override that may be set. Default: none may. */
  readonly cmdOverride?: readonly string[] | undefined;
  readonly restartPolicies?: readonly ('Always' | 'OnFailure' | 'Never')[] | undefined;
  readonly projectIds?: readonly string[] | undefined;
  readonly zones?: readonly string[] | undefined;
  readonly serviceAccounts?: readonly string[] | undefined;
  /** Memory monitoring: `refuse` (default) or `allow`. */
  readonly memoryMonitoring?: 'refuse' | 'allow' | undefined;
  /** `require`: an NVIDIA GPU in confidential mode. */
  readonly gpu?: 'require' | 'any' | undefined;
  /** Accepted `tdx.gcp_attester_tcb_status` words; default: not judged. */
  readonly tdxTcbStatuses?: readonly string[] | undefined;
  /** Hex key ids of container signatures, one of which must be present. Alternative to an image digest in a release. */
  readonly signatureKeyIds?: readonly string[] | undefined;
}
