import type { JsonObject } from '../codec/json.ts';
import type { Check, Layer } from './check.ts';

/** Kinds of evidence that Assay judges. */
export type TeeName = 'sgx' | 'tdx' | 'snp' | 'confidential-space';

/** How a layer came out. `waived` only where the policy says so aloud. */
export type LayerOutcome = 'pass' | 'fail' | 'unchecked' | 'waived';

/** An advisory that applies to the platform's level, and the document that names it. */
export interface Advisory {
  readonly id: string;
  readonly source: 'platform' | 'module' | 'qe';
}

/** One part's TCB status in Intel's words, and the date of its level (ISO 8601). */
export interface TcbPart {
  readonly status: string;
  readonly date: string;
}

/** How current the platform is. `status` in Intel's words; members are null where a TEE has none. */
export interface Tcb {
  readonly status: string;
  /** The oldest date of platform, module and quoting enclave (ISO 8601). */
  readonly date: string;
  readonly advisories: readonly Advisory[];
  /** The lower of the two documents' numbers. */
  readonly evaluationDataNumber: number;
  readonly platform: TcbPart;
  readonly module: TcbPart | null;
  readonly qe: TcbPart;
  readonly relaunchAdvised: boolean;
}

/** A key that a bound statement names. `spkiSha256`: lower-case hex. */
export interface ClaimedKey {
  readonly use: string;
  readonly spkiSha256: string;
}

/** What the evidence says, normalised; `evidence` is the parsed original. Claims mean nothing unless `authentic` passes. */
export interface Claims {
  /** Names as in policies (`mrenclave`, `mrtd`, `rtmr0`, `measurement`, `imageDigest`, `composeHash`, …); lower-case hex or text. */
  readonly measurements: Readonly<Record<string, string>>;
  /** Ids of the machine (`ppid`, `fmspc`, `platformInstanceId`, `chipId`, `projectId`, …). */
  readonly platform: Readonly<Record<string, string>>;
  /** 64 bytes, lower-case hex; null where the TEE has none. */
  readonly reportData: string | null;
  /** True when the workload's memory is open to its host; null when the evidence does not say. */
  readonly debug: boolean | null;
  /** What runs (container, app-compose, statement claims), where that is known. */
  readonly workload: JsonObject | null;
  readonly nonces: readonly string[];
  readonly keys: readonly ClaimedKey[];
  readonly evidence: JsonObject | null;
}

/** A verdict: plain data, the same bytes in every runtime. */
export interface Verdict {
  readonly schema: 'assay.verdict/1';
  readonly outcome: 'affirming' | 'warning' | 'contraindicated';
  /** True only when no layer fails and none is unchecked. */
  readonly trusted: boolean;
  readonly tee: TeeName | null;
  /** True when the anchor's key is not the vendor's. */
  readonly simulated: boolean;
  /** What the policy waived aloud: `identity`, `freshness`, `binding`. */
  readonly waived: readonly string[];
  readonly layers: Readonly<Record<Layer, LayerOutcome>>;
  readonly tcb: Tcb | null;
  readonly checks: readonly Check[];
  readonly claims: Claims | null;
  /** When everything that the verdict rests on is valid at once (ISO 8601). */
  readonly validity: { readonly notBefore: string; readonly notAfter: string } | null;
}
