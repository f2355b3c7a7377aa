import type { GoogleVendor } from './vendor.ts';

const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = '/service_accounts/v1/metadata/jwk/signer@confidentialspace-sign.iam.gserviceaccount.com';
const ROOT_DISCOVERY = '/.well-known/attestation-pki-root';
const ROOT = '/.well-known/confidential_space_root.crt';

/** The issuer as a fetch handler: discovery, key set, root of PKI tokens. A function gives the vendor after a rotation. */
export function createIssuer(vendor: GoogleVendor | (() => GoogleVendor)): (request: Request) => Promise<Response> {
  const current = typeof vendor === 'function' ? vendor : () => vendor;
  return async ({ url, method }) => {
    const document = documentsOf(current())[new URL(url).pathname];
    if (document === undefined) return plain(404, 'not found');
    if (method !== 'GET' && method !== 'HEAD') return plain(405, 'method not allowed', { allow: 'GET, HEAD' });
    const { type, body } = document;
    const headers = { 'content-type': type, 'cache-control': 'public, max-age=3600' };
    return new Response(method === 'HEAD' ? null : body, { headers });
  };
}

type Documents = Readonly<Record<string, { readonly type: string; readonly body: string }>>;

function documentsOf({ issuer, jwks, rootPem }: GoogleVendor): Documents {
  const type = 'application/json; charset=utf-8';
  const discovery = {
    issuer,
    jwks_uri: issuer + KEYS,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  };
  const documents = {
    [DISCOVERY]: { type, body: JSON.stringify(discovery) },
    [KEYS]: { type, body: jwks },
    [ROOT_DISCOVERY]: { type, body: JSON.stringify({ root_ca_uri: issuer + ROOT }) },
    [ROOT]: { type: 'application/x-x509-ca-cert', body: rootPem },
  };
  return Object.assign(Object.create(null), documents) as Documents;
}

function plain(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
}
