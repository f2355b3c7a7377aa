import { toBase64, toHex } from '@assay/verify/codec';
import type { KeptDocument } from './kept.ts';
import type { CrlForm } from './routes.ts';

/** Headers with which documents come, for pages of other origins to read. */
export const COLLATERAL_HEADERS: readonly string[] = [
  'tcb-info-issuer-chain',
  'sgx-enclave-identity-issuer-chain',
  'tcb-evaluation-data-numbers-issuer-chain',
  'sgx-pck-crl-issuer-chain',
  'sgx-pck-certificate-issuer-chain',
  'sgx-tcbm',
  'sgx-fmspc',
  'sgx-pck-certificate-ca-type',
];

/** The answer with a document. Others may keep it until it is renewed here, and never after its end. */
export function answerWith(document: KeptDocument, form: CrlForm | undefined, now: number): Response {
  const { headers, refreshAt, expiresAt } = document;
  const [body, type] = formed(document, form);
  const seconds = Math.max(0, Math.floor((Math.min(refreshAt, expiresAt) - now) / 1000));
  const more = {
    'content-type': type,
    'cache-control': `public, max-age=${seconds}`,
    expires: new Date(expiresAt).toUTCString(),
  };
  return new Response(Uint8Array.from(body), { headers: { ...headers, ...more } });
}

function formed({ body, contentType }: KeptDocument, form: CrlForm | undefined): readonly [Uint8Array, string] {
  if (form === 'hex') return [Buffer.from(toHex(body)), contentType];
  if (form !== 'pem') return [body, contentType];
  const lines = toBase64(body).match(/.{1,64}/g) ?? [];
  const pem = `-----BEGIN X509 CRL-----\n${lines.join('\n')}\n-----END X509 CRL-----\n`;
  return [Buffer.from(pem), 'application/x-pem-file'];
}
