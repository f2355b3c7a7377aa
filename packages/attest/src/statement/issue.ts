import type { AssayError } from '@assay/verify';
import { statementDigest } from '@assay/verify/binding';
import { fromHex, toBase64Url } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import type { Attester } from '../attester.ts';
import { usage } from '../failure.ts';
import { type Speaker, type StatementRequest, statementNow } from './statement.ts';

/** Who speaks, and who may call it off. */
export interface IssueOptions extends Speaker {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Evidence of one statement, with a quote of its own (profile `assay/1`); where a neighbour makes statements for this
 * workload (`Attester.statement`), one of the neighbour's. Many challengers at once are served by `createBatcher`. Throws
 * `malformed` for a statement out of range, `usage` for claims that a neighbour would have to make, and what the attester
 * throws.
 *
 * @example
 * const request = { type: 'attestation', nonce, aud: null, keys: [], claims: {} } as const;
 * const envelope = await issueStatement(attester, request, { instance: newInstance() });
 */
export async function issueStatement(
  attester: Attester,
  request: StatementRequest,
  { signal, ...speaker }: IssueOptions,
): Promise<Envelope> {
  const { type, nonce, aud, keys, claims } = request;
  if (attester.statement !== undefined) {
    if (type !== 'attestation' || Object.keys(claims).length > 0) throw notOurs(attester);
    return attester.statement({ nonce, aud, keys, signal });
  }
  const statement = statementNow(request, speaker);
  const nonces = nonce === null ? [] : [nonceText(attester, nonce)];
  const reportData = await statementDigest(statement);
  const envelope = await attester.evidence({ reportData, nonces, audience: aud ?? undefined, signal });
  return { ...envelope, statement };
}

/** A neighbour says what it knows of this workload, and nothing that the workload says of itself. */
function notOurs({ name }: Attester): AssayError {
  const found = `${name}: it makes statements itself: expected the type attestation and no claims`;
  return usage(`${found}; for others, ask it for raw report data without a token`, 'claims');
}

/** Google issues tokens for nonces of 10 to 74 bytes. */
const TOKEN_NONCE = 74;

/**
 * How a token holds a challenger's nonce: in hexadecimal where that fits. In base64url a nonce of 32 bytes has as many
 * characters as the hash of a statement, and a challenger could hand in the hash of a statement that nobody made.
 */
function nonceText({ name }: Attester, nonce: string): string {
  const text = nonce.length <= TOKEN_NONCE ? nonce : toBase64Url(fromHex(nonce));
  if (name !== 'confidential-space' || text.length <= TOKEN_NONCE) return text;
  const found = `${nonce.length / 2} bytes`;
  throw usage(`nonce: ${found} do not fit into a token of Confidential Space; give 16 to 55 bytes`, 'nonce');
}
