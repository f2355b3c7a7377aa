import type { TokenRequest } from './token-request.ts';

/** A refusal of the attestation service, which the launcher passes on. */
export interface ServiceError {
  /** The service's own status, inside the launcher's. */
  readonly code: number;
  readonly message: string;
  /** Of ErrorInfo, like UNSUPPORTED_CC_TECHNOLOGY. */
  readonly reason: string;
}

/** The audience of default tokens; nobody may ask for it with POST. */
export const STS_AUDIENCE = 'https://sts.googleapis.com';

/** What the service says to a VM on AMD SEV-SNP. */
export const SNP_UNSUPPORTED: ServiceError = {
  code: 400,
  message: 'attestation failed: AMD SEV-SNP is not currently supported by Google Cloud Attestation',
  reason: 'UNSUPPORTED_CC_TECHNOLOGY',
};

/** What the service says to more requests than a project may make in a region. */
export const QUOTA_EXCEEDED: ServiceError = {
  code: 429,
  message: 'Quota exceeded for requests of this project in this region',
  reason: 'RATE_LIMIT_EXCEEDED',
};

const MAX_AUDIENCE = 512;
const MAX_NONCES = 6;
/** RFC 9711 section 4.1; the service's documents differ, and shorter ones are refused. */
const MIN_NONCE = 8;
const MAX_NONCE = 88;

/** What the service finds wrong with a request: its limits in bytes of UTF-8. */
export function limitsOf({ audience, nonces }: TokenRequest): ServiceError | undefined {
  const size = (text: string): number => new TextEncoder().encode(text).length;
  if (audience === STS_AUDIENCE) return invalid(`audience: ${STS_AUDIENCE} is not allowed in custom tokens`);
  if (size(audience) > MAX_AUDIENCE) return invalid(`audience: at most ${MAX_AUDIENCE} bytes`);
  if (nonces.length > MAX_NONCES) return invalid(`nonces: at most ${MAX_NONCES}, found ${nonces.length}`);
  const wrong = nonces.map(size).find((length) => length < MIN_NONCE || length > MAX_NONCE);
  return wrong === undefined ? undefined : invalid(`nonces: ${MIN_NONCE} to ${MAX_NONCE} bytes each, found ${wrong}`);
}

/** A refusal in the words in which the launcher's client tells it. */
export function describeServiceError({ code, message, reason }: ServiceError, region: string): string {
  const details = `error details: name = ErrorInfo reason = ${reason} domain = confidentialcomputing.googleapis.com metadata = map[]`;
  return `calling v1.VerifyConfidentialSpace in ${region}: googleapi: Error ${code}: ${message}\n${details}`;
}

function invalid(message: string): ServiceError {
  return { code: 400, message: `invalid request: ${message}`, reason: 'INVALID_ARGUMENT' };
}
