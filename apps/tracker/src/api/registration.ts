import { createHash } from 'node:crypto';
import { Problem } from '@assay/server';
import { toHex, utf8 } from '@assay/verify/codec';
import { BLS_LENGTHS } from '../bls/ciphersuite.ts';
import { verifyBls } from '../bls/verify.ts';
import { refusalOf } from '../tee/judge.ts';
import { TEE_LIMITS } from '../tee/limits.ts';
import type { QuotedPayload } from '../tee/manager.ts';
import { type Registration, registrationText } from '../tee/report-data.ts';
import { base64Of, bodyOf, maybeTextOf, textOf } from './body.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';
import { unlessRefused } from './refusals.ts';

/**
 * `POST /register`: the signature over `register||USER||INSTANCE` is the proof of possession of the key. An attestation
 * counts only if this tracker's TEE made it for this user, this instance and this key.
 */
export function serveRegistration(app: Api, parts: ApiParts): void {
  const { accounting, instanceId, maxUsers } = parts;
  app.post('/register', async (c) => {
    const body = await bodyOf(c.req.raw, ['user_id', 'public_key'], ['signature', 'attestation', 'event_log']);
    const userId = textOf(body, 'user_id', 64);
    const publicKey = base64Of(body, 'public_key', BLS_LENGTHS.publicKey);
    if (accounting.statistics().users >= maxUsers) {
      throw new Problem('forbidden', 'this tracker takes no more users; its operator can raise --max-users');
    }
    const text = registrationText(userId, instanceId);
    if (body.signature === undefined) throw unsigned(`it is missing; sign ${text} with the key`);
    const signature = base64Of(body, 'signature', BLS_LENGTHS.signature);
    // Before anything that costs more.
    if (!verifyBls(publicKey, utf8(text), signature)) throw unsigned(`not one of public_key over ${text}`);
    const quote = maybeTextOf(body, 'attestation', TEE_LIMITS.quoteCharacters);
    const eventLog = maybeTextOf(body, 'event_log', TEE_LIMITS.eventLogCharacters);
    if (quote !== undefined)
      await expectAttested({ quote, eventLog }, { user: userId, instance: instanceId, publicKey }, parts);
    const { passkey, sequence } = unlessRefused(await accounting.register({ userId, publicKey, signature }));
    return c.json(
      {
        success: true,
        instance_id: instanceId,
        message: `${userId} is registered`,
        attested: quote !== undefined,
        passkey,
        announce: `/announce/${passkey}`,
        sequence,
      },
      200,
      UNKEPT,
    );
  });
}

async function expectAttested(quoted: QuotedPayload, registration: Registration, { manager }: ApiParts): Promise<void> {
  const { isValid, verdict } = await manager.verifyRegistration(quoted, registration);
  if (isValid) return;
  if (isOfText(verdict.claims?.reportData, registration)) {
    const detail =
      'public_key: the attestation is a quote of the text alone, which names no key; ask /generate-attestation for one with public_key';
    throw new Problem('attestation_refused', detail, { field: 'public_key' });
  }
  throw new Problem(
    'attestation_refused',
    `attestation: refused by ${refusalOf(verdict)}; ask /generate-attestation for one with public_key`,
    {
      field: 'attestation',
    },
  );
}

/** Whether it is what `/generate-attestation` answers without a key. */
function isOfText(reportData: string | null | undefined, { user, instance }: Registration): boolean {
  const digest = createHash('sha256')
    .update(`pbts-payload/1\0${registrationText(user, instance)}`, 'utf8')
    .digest();
  return reportData?.startsWith(toHex(digest)) === true;
}

function unsigned(what: string): Problem {
  return new Problem('signature_refused', `signature: ${what}`, { field: 'signature' });
}
