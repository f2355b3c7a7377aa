import { bytesToHex } from '@noble/hashes/utils.js';
import { encodePem } from '../../pem.ts';
import type { Certificate } from '../certificate.ts';
import type { Refusal, ServiceKind } from './query.ts';

/** What a service has for a request. */
export interface Answer {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Certificates in a header: PEM, signer first, percent-encoded. */
export function chainHeader(...certificates: readonly Certificate[]): string {
  return encodeURIComponent(certificates.map(({ pem }) => pem).join(''));
}

/** JSON, as it was signed. */
export function jsonAnswer(kind: ServiceKind, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const type = kind === 'pcs' ? 'application/json' : 'application/json; charset=utf-8';
  return { body, headers: { 'Content-Type': type, ...headers } };
}

/** How a CRL is written: Intel's service has PEM where a PCCS has hexadecimal. */
export function crlAnswer(
  der: Uint8Array,
  form: 'der' | 'pem' | 'hex',
  headers: Readonly<Record<string, string>> = {},
): Answer {
  if (form === 'der') return { body: der, headers: { 'Content-Type': 'application/pkix-crl', ...headers } };
  if (form === 'pem') return { body: encodePem('X509 CRL', der), headers: { ...PEM_TYPE, ...headers } };
  return { body: bytesToHex(der), headers: { 'Content-Type': 'application/pkix-crl', ...headers } };
}

/** Type of PEM, for certificates and CRLs alike. */
export const PEM_TYPE = { 'Content-Type': 'application/x-pem-file' } as const;

/** A response with an answer. */
export function respond({ body, headers }: Answer, requestId: string): Response {
  const bytes = typeof body === 'string' ? body : Uint8Array.from(body);
  return new Response(bytes, { status: 200, headers: { ...headers, 'Request-ID': requestId } });
}

/** What a PCCS says; Intel's service says nothing but the status. */
const PCCS_REASONS: Readonly<Record<Refusal['status'], string>> = {
  400: 'Invalid request parameters.',
  404: 'No cache data for this platform.',
  410: 'The requested collateral is no longer available.',
};

/** A response without what was asked for. */
export function refuse({ status }: Refusal, kind: ServiceKind, requestId: string): Response {
  const headers = { 'Request-ID': requestId };
  if (kind === 'pcs') return new Response(null, { status, headers });
  return new Response(PCCS_REASONS[status], {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
  });
}
