import type { JsonObject } from '@assay/verify/codec';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Api } from '../attestation/attestation.ts';
import type { CertificateRequest, CertifiedKey } from '../certificates/issuer.ts';
import type { Guest } from '../guest.ts';
import { type GuestKey, getKey } from '../keys/get-key.ts';
import type { Fields } from '../wire/fields.ts';

/** The key that `GetKeyArgs` name. */
export function keyOf({ app, release }: Guest, fields: Fields): GuestKey {
  const path = fields.text('path');
  return getKey(app.root, release, { path, purpose: fields.text('purpose'), algorithm: fields.text('algorithm') });
}

/** `GetTlsKey` of the unversioned API, `IssueCert` of v1. */
export async function issueCertificate({ certificates }: Guest, api: Api, fields: Fields): Promise<JsonObject> {
  return certifiedKeyAnswer(
    await certificates.issue(api, {
      ...certificateFields(fields),
      notBefore: fields.integer('not_before'),
      notAfter: fields.integer('not_after'),
      withAppInfo: fields.flag('with_app_info'),
    }),
  );
}

/** What all requests for certificates have. */
export function certificateFields(fields: Fields): CertificateRequest {
  return {
    subject: fields.text('subject'),
    altNames: fields.texts('alt_names'),
    usageRaTls: fields.flag('usage_ra_tls'),
    usageServerAuth: fields.flag('usage_server_auth'),
    usageClientAuth: fields.flag('usage_client_auth'),
  };
}

/** `GetTlsKeyResponse`. */
export function certifiedKeyAnswer({ key, certificateChain }: CertifiedKey): JsonObject {
  return { key, certificate_chain: certificateChain };
}

/** Bytes as JSON has them, each. */
export function hexes(values: readonly Uint8Array[]): readonly string[] {
  return values.map(bytesToHex);
}
