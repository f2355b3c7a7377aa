import { toBase64Url } from '../codec/base64.ts';
import { utf8 } from '../codec/text.ts';
import { hashOf } from '../crypto/hash.ts';

const STATEMENT_TAG = utf8('assay/1\0');
const TOKEN_TAG = utf8('assay/1-nonce\0');

/** *D* = SHA-512("assay/1\0" ‖ statement bytes): the 64 bytes of report data of the profile `assay/1`. */
export async function statementDigest(statement: Uint8Array): Promise<Uint8Array> {
  return hashOf('SHA-512', STATEMENT_TAG, statement);
}

/**
 * What a token's nonce holds in place of report data: base64url(SHA-256("assay/1-nonce\0" ‖ reportData)), 43 characters.
 * `reportData` is *D*, or a batch's 64 bytes.
 */
export async function tokenNonce(reportData: Uint8Array): Promise<string> {
  return toBase64Url(await hashOf('SHA-256', TOKEN_TAG, reportData));
}
