import { createHash } from 'node:crypto';
import { type Attester, createBatcher } from '@assay/attest';
import { Problem, wrong } from '@assay/server';
import { toBase64 } from '@assay/verify/codec';
import { serialiseEnvelope } from '@assay/verify/evidence';
import { TEEMode } from '../tee/mode.ts';
import { noTee, teeDisabled } from '../tee/trouble.ts';
import { digestOf, type FixedConfiguration } from './configuration.ts';
import { API_LIMITS } from './limits.ts';
import type { Api, ApiParts } from './parts.ts';

const NONCE = /^(?:[0-9a-f]{2}){16,64}$/;
const HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

/**
 * `GET /attestation?nonce=`: evidence of a statement of the type `checkpoint`, by which the tracker's TEE vouches for its
 * instance id, the key that signs its receipts' ledger, its configuration, and the ledger as it is now.
 */
export function serveSelfAttestation(app: Api, parts: ApiParts, fixed: FixedConfiguration): void {
  const { accounting, manager, instance, instanceId, clock } = parts;
  const { attester, looked } = manager.platform;
  const issue = attester && issuer(attester, instance, clock);
  app.get('/attestation', async ({ req }) => {
    const { nonce, aud } = askedFor(new URL(req.url).searchParams);
    if (issue === undefined) throw new Problem('not_in_tee', noTee(looked).message);
    if (manager.mode === TEEMode.DISABLED) throw new Problem('not_in_tee', teeDisabled().message);
    const { content } = await accounting.checkpoint();
    const receiptKey = accounting.publicKey;
    const claims = {
      instanceId,
      receiptKey: toBase64(receiptKey),
      configurationSha256: digestOf(parts, fixed),
      ledgerSize: content.size,
      ledgerRoot: content.root,
      ledgerHead: content.head,
    };
    const keys = [{ use: 'receipts', spkiSha256: createHash('sha256').update(receiptKey).digest('hex') }];
    const envelope = await issue({ type: 'checkpoint', nonce, aud, keys, claims }, req.raw.signal);
    return new Response(serialiseEnvelope(envelope), { headers: HEADERS });
  });
}

function issuer(attester: Attester, instance: string, clock: () => Date) {
  const batcher = createBatcher(attester, { instance, clock });
  return batcher.issue;
}

function askedFor(parameters: URLSearchParams): { readonly nonce: string; readonly aud: string | null } {
  const unknown = [...parameters.keys()].find((name) => name !== 'nonce' && name !== 'aud');
  if (unknown !== undefined) throw wrong(unknown.slice(0, 40), 'unknown; the parameters are nonce, aud');
  const [nonces, [aud = null, ...more]] = [parameters.getAll('nonce'), parameters.getAll('aud')];
  const [nonce = ''] = nonces;
  if (nonces.length !== 1 || !NONCE.test(nonce)) {
    throw wrong('nonce', 'expected 16 to 64 random bytes of your own in lower-case hexadecimal, once');
  }
  if (more.length > 0 || aud === '' || (aud?.length ?? 0) > API_LIMITS.audience || aud?.isWellFormed() === false) {
    throw wrong('aud', `expected well-formed text of 1 to ${API_LIMITS.audience} characters, once`);
  }
  return { nonce, aud };
}
