import { fromUtf8, type Json, type JsonObject, toIso } from '@assay/verify/codec';
import type { Token } from '@assay/verify/confidential-space';
import { objectOf, readToken, textOf, textsOf } from './token.ts';

/** What a token says, as the members that existing clients read. Claims that the token has not are null. */
export interface SeedClaims {
  readonly hardware: {
    readonly hwmodel: string | null;
    readonly secboot: boolean | null;
    readonly dbgstat: string | null;
  };
  readonly software: { readonly swname: string | null; readonly swversion: readonly string[] | null };
  readonly container: {
    readonly image_digest: string | null;
    readonly image_reference: string | null;
    readonly restart_policy: string | null;
    /** Left out unless `showEnv`; the token itself always holds it. */
    readonly env?: JsonObject | null;
  };
  readonly gce: {
    readonly project_id: string | null;
    readonly zone: string | null;
    readonly instance_id: string | null;
  };
  readonly issuer: string | null;
  readonly subject: string | null;
  /** `2026-01-31T00:00:00+00:00`. */
  readonly issued_at: string | null;
  readonly expires_at: string | null;
  /** Where a GPU is attached. */
  readonly gpu?: JsonObject;
  /** Every submodule whose name begins so, by its name. */
  readonly confidential_space?: JsonObject;
  /** Where the token has one: a string, several as an array. */
  readonly eat_nonce?: Json;
}

/** The answer of `GET /attestation` on Confidential Space. */
export interface SeedReport {
  readonly status: 'running_in_confidential_space';
  readonly syft_client_version: string;
  readonly attestation: SeedClaims;
  /** That nobody checked any of it. */
  readonly verification: { readonly status: 'self-asserted'; readonly note: string };
  readonly nonce_info?: { readonly version: string; readonly caller_nonce: string };
  /** The token, for a verifier: whoever has it can show it to others as his own. */
  readonly raw_token?: string;
}

/** What a report shows beside the claims. */
export interface SeedReportOptions {
  /** Of this service. */
  readonly version: string;
  /** Default false: environments have secrets in them. */
  readonly showEnv?: boolean | undefined;
  /** Shows the token to those who brought no nonce, too. Default false. */
  readonly publicToken?: boolean | undefined;
  /** The caller's nonce as the token holds it; a token without it stays hidden. */
  readonly callerNonce?: string | undefined;
}

const NOTE =
  'For display only: this service did not verify the token, and nothing here proves anything. ' +
  'Ask with a nonce of your own and verify the evidence that is answered.';

/**
 * The report of a token, as existing clients read it: for display, since no signature is checked. Throws the problem
 * `unavailable` for what is no token, or has a claim of another type than Google documents.
 */
export function seedReport(
  token: Uint8Array,
  { version, showEnv = false, publicToken = false, callerNonce }: SeedReportOptions,
): SeedReport {
  const parsed = readToken(token);
  const answered = callerNonce !== undefined && parsed.said.nonces.includes(callerNonce);
  return {
    status: 'running_in_confidential_space',
    syft_client_version: version,
    attestation: claimsOf(parsed, showEnv),
    verification: { status: 'self-asserted', note: NOTE },
    ...(answered && { nonce_info: { version, caller_nonce: callerNonce } }),
    ...((answered || publicToken) && { raw_token: fromUtf8(token, 'token').trim() }),
  };
}

function claimsOf({ said, jws: { payload } }: Token, showEnv: boolean): SeedClaims {
  const { container, machine } = said;
  const submods = objectOf(payload, 'submods') ?? {};
  const gpu = [objectOf(payload, 'nvidia_gpu'), said.gpu].find((found) => found && Object.keys(found).length > 0);
  const spaces = Object.entries(submods).filter(([name]) => name.startsWith('confidential_space'));
  return {
    hardware: {
      hwmodel: said.hardware ?? null,
      secboot: said.secureBoot ?? null,
      dbgstat: said.debugStatus ?? null,
    },
    software: { swname: said.software ?? null, swversion: textsOf(payload, 'swversion') },
    container: {
      image_digest: container.imageDigest ?? null,
      image_reference: container.imageReference ?? null,
      restart_policy: container.restartPolicy ?? null,
      ...(showEnv && { env: objectOf(container.raw ?? {}, 'env') }),
    },
    gce: {
      project_id: machine.projectId ?? null,
      zone: machine.zone ?? null,
      instance_id: machine.instanceId ?? null,
    },
    issuer: said.issuer ?? null,
    subject: textOf(payload, 'sub'),
    issued_at: isoOf(said.issuedAt),
    expires_at: isoOf(said.expires),
    ...(gpu && { gpu }),
    ...(spaces.length > 0 && { confidential_space: Object.fromEntries(spaces) }),
    ...(Object.hasOwn(payload, 'eat_nonce') && { eat_nonce: payload.eat_nonce ?? null }),
  };
}

/** With the offset in digits, as Python writes it and existing clients read it. */
function isoOf(seconds: number | undefined): string | null {
  return seconds === undefined ? null : toIso(seconds).replace('Z', '+00:00');
}
