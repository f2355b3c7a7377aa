import type { JsonObject } from '../codec/json.ts';
import type { UnixSeconds } from '../codec/time.ts';
import { flag, instant, object, objects, text, textOrTexts, textPairs, texts, textsOrNull } from './members.ts';

/** What a token says, in the types of Google's reference; undefined where it says nothing. Unknown claims are left out. */
export interface TokenClaims {
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly issuedAt: UnixSeconds | undefined;
  readonly notBefore: UnixSeconds | undefined;
  readonly expires: UnixSeconds | undefined;
  readonly nonces: readonly string[];
  readonly software: string | undefined;
  readonly debugStatus: string | undefined;
  readonly hardware: string | undefined;
  readonly secureBoot: boolean | undefined;
  readonly support: readonly string[];
  /** False also when all monitoring is on (`tee-monitoring-enable=all`): Google's claim knows memory monitoring only. */
  readonly memoryMonitoring: boolean | undefined;
  /** Google's status words of the TDX platform, one for each entry of `tdx`. */
  readonly tdxStatuses: readonly (string | undefined)[];
  /** `ON`, `OFF` or `DEVTOOLS`; undefined where no GPU is attached. */
  readonly gpuMode: string | undefined;
  readonly gpu: JsonObject | undefined;
  readonly serviceAccounts: readonly string[];
  readonly container: ContainerClaims;
  readonly machine: MachineClaims;
}

/** `submods.container`. */
export interface ContainerClaims {
  readonly raw: JsonObject | undefined;
  readonly imageReference: string | undefined;
  readonly imageDigest: string | undefined;
  readonly imageId: string | undefined;
  readonly restartPolicy: string | undefined;
  readonly envOverride: readonly (readonly [string, string])[];
  readonly cmdOverride: readonly string[];
  /** Hex SHA-256 of the keys whose signatures Google checked. */
  readonly signatureKeyIds: readonly string[];
}

/** `submods.gce`. */
export interface MachineClaims {
  readonly projectId: string | undefined;
  readonly projectNumber: string | undefined;
  readonly instanceId: string | undefined;
  readonly zone: string | undefined;
}

/** Reads a token's payload. Throws `malformed` for a known claim of a wrong type, naming it. */
export function readTokenClaims(payload: JsonObject): TokenClaims {
  const submods = object(payload, 'submods');
  const space = object(submods, 'confidential_space', 'submods');
  const gpu = object(submods, 'nvidia_gpu', 'submods');
  return {
    issuer: text(payload, 'iss'),
    audience: text(payload, 'aud'),
    issuedAt: instant(payload, 'iat'),
    notBefore: instant(payload, 'nbf'),
    expires: instant(payload, 'exp'),
    nonces: textOrTexts(payload, 'eat_nonce') ?? [],
    software: text(payload, 'swname'),
    debugStatus: text(payload, 'dbgstat'),
    hardware: text(payload, 'hwmodel'),
    secureBoot: flag(payload, 'secboot'),
    support: texts(space, 'support_attributes', 'submods.confidential_space') ?? [],
    memoryMonitoring: flag(
      object(space, 'monitoring_enabled', 'submods.confidential_space'),
      'memory',
      'monitoring_enabled',
    ),
    tdxStatuses: (objects(payload, 'tdx') ?? []).map((tdx) => text(tdx, 'gcp_attester_tcb_status', 'tdx')),
    gpuMode: text(gpu, 'cc_mode', 'submods.nvidia_gpu'),
    gpu,
    serviceAccounts: texts(payload, 'google_service_accounts') ?? [],
    container: readContainer(object(submods, 'container', 'submods')),
    machine: readMachine(object(submods, 'gce', 'submods')),
  };
}

function readContainer(raw: JsonObject | undefined): ContainerClaims {
  const path = 'submods.container';
  const signatures = objects(raw, 'image_signatures', path) ?? [];
  return {
    raw,
    imageReference: text(raw, 'image_reference', path),
    imageDigest: text(raw, 'image_digest', path),
    imageId: text(raw, 'image_id', path),
    restartPolicy: text(raw, 'restart_policy', path),
    envOverride: textPairs(raw, 'env_override', path) ?? [],
    cmdOverride: textsOrNull(raw, 'cmd_override', path) ?? [],
    signatureKeyIds: signatures.flatMap((signature) => text(signature, 'key_id', 'image_signatures') ?? []),
  };
}

function readMachine(raw: JsonObject | undefined): MachineClaims {
  const path = 'submods.gce';
  return {
    projectId: text(raw, 'project_id', path),
    projectNumber: text(raw, 'project_number', path),
    instanceId: text(raw, 'instance_id', path),
    zone: text(raw, 'zone', path),
  };
}
