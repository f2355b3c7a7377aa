import type { ConfidentialSpacePolicy } from './confidential-space.ts';
import type { MeasurementName, PlatformId } from './measurements.ts';
import type { SnpPolicy } from './snp.ts';

/** Intel's words for the TCB status of a platform. `Revoked` can never be accepted. */
export type AcceptableTcbStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded'
  | 'TDRelaunchAdvised'
  | 'TDRelaunchAdvisedConfigurationNeeded';

/** How current the platform must be. Intel TEEs; `maxCollateralAgeDays` for all. */
export interface TcbPolicy {
  /** Statuses accepted besides `UpToDate`. Default: none. */
  readonly accept?: readonly AcceptableTcbStatus[] | undefined;
  /** Accepts an out-of-date level until this many days after the level's date; other faults still count. Default 0. */
  readonly graceDays?: number | undefined;
  /** The lowest tcbEvaluationDataNumber of TCB info and QE identity. Default 0. */
  readonly minEvaluationDataNumber?: number | undefined;
  /** The greatest age in days of what is re-issued monthly (TCB info, QE identity, PCK CRL; AMD's CRL). Default: until nextUpdate. */
  readonly maxCollateralAgeDays?: number | undefined;
  readonly advisories?:
    | {
        /** Only these may apply; an empty list allows none. Default: any. */
        readonly allow?: readonly string[] | undefined;
        /** None of these may apply. */
        readonly deny?: readonly string[] | undefined;
      }
    | undefined;
}

/** TD attributes that Intel leaves to the relying party. */
export interface TdxPolicy {
  /** SEPT_VE_DISABLE: `require` it, or `warn` when it is off (default). */
  readonly septVeDisable?: 'require' | 'warn' | undefined;
  /** MIGRATABLE: `refuse` (default) or `allow`. */
  readonly migratable?: 'refuse' | 'allow' | undefined;
  /** Hash of the service TD (48 bytes hex) that may be bound. Default: none may. */
  readonly serviceTds?: readonly string[] | undefined;
}

/** A named set of reference values. All of them must hold; lists mean one of. Hex is lower case. */
export interface Release {
  readonly name: string;
  /** Run-time values (`rtmr0` to `rtmr3`, event log) need `mrtd`, `mrAggregated` or `mrSystem` beside them. */
  readonly measurements: { readonly [N in MeasurementName]?: string | readonly string[] | undefined };
  /** SGX: the enclave's lowest ISVSVN. `mrsigner` without `mrenclave` needs it, and `isvProdId`. */
  readonly minIsvSvn?: number | undefined;
}

/** How evidence must be bound to what the relying party sees. */
export interface BindingPolicy {
  /** How report data is made. Chosen here, never by the evidence. */
  readonly profile: BindingProfile;
  /** The statement's type (`assay/1`, `assay/1-batch`); another is refused. */
  readonly type?: StatementType | undefined;
  /** The statement's `aud`; for tokens the audience. */
  readonly audience?: string | undefined;
  /** Claims of the statement that must equal these; they count as subject. */
  readonly claims?: Readonly<Record<string, string | number>> | undefined;
}

/** Ways in which attesters put a subject into report data. */
export type BindingProfile =
  | 'assay/1'
  | 'assay/1-batch'
  | 'raw'
  | 'oauth3-info'
  | 'sha256-info'
  | 'tappd'
  | 'ratls-cert'
  | 'ingress-evidence'
  | 'dip1'
  | 'pbts-payload'
  | 'pbts-payload/1'
  | 'pbts-register/1'
  | 'teekit';

/** The closed list of statement types. */
export type StatementType = 'attestation' | 'session' | 'response' | 'checkpoint';

/** What a relying party accepts. Everything left out has the strict default. */
export interface Policy {
  readonly schema?: 'assay.policy/1' | undefined;
  readonly tcb?: TcbPolicy | undefined;
  /** Debug workloads are `refuse`d (default); `allow` is for finding faults with fake data. */
  readonly debug?: 'refuse' | 'allow' | undefined;
  readonly tdx?: TdxPolicy | undefined;
  readonly snp?: SnpPolicy | undefined;
  readonly confidentialSpace?: ConfidentialSpacePolicy | undefined;
  /** Allowed machines by id (`ppid`, `platformInstanceId`, `chipId`, `projectId`): each id given must match one of its list. */
  readonly platforms?: { readonly [N in PlatformId]?: readonly string[] | undefined } | undefined;
  /** Reference values: one release must match whole. */
  readonly releases?: readonly Release[] | undefined;
  /** `any`: says aloud that any workload will do. */
  readonly identity?: 'any' | undefined;
  /** `any`: says aloud that age does not matter; `maxAgeSeconds` trusts the attester's own clock. Default: the caller's nonce. */
  readonly freshness?: 'any' | { readonly maxAgeSeconds: number } | undefined;
  /** `any`: says aloud that evidence need not be bound. */
  readonly binding?: 'any' | BindingPolicy | undefined;
}
