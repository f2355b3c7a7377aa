import { createBudget, Problem, wrong } from '@assay/server';
import { BLS_LENGTHS } from '../bls/ciphersuite.ts';
import { isUserId } from '../receipts/instance-id.ts';
import { TEE_LIMITS } from '../tee/limits.ts';
import type { AttestationReport } from '../tee/manager.ts';
import { registrationText, registrationUser } from '../tee/report-data.ts';
import { base64Of, bodyOf, maybeTextOf, textOf } from './body.ts';
import { API_LIMITS } from './limits.ts';
import { type Api, type ApiParts, UNKEPT } from './parts.ts';

const UNBOUND =
  'This quote names no key: nobody can register with it. Send public_key, a key of /keygen-tee, beside it.';

/** `POST /generate-attestation`, `POST /verify-attestation`, `GET /tee/status`. */
export function serveAttestations(app: Api, parts: ApiParts): void {
  const { manager, pccsUrls, clock } = parts;
  const budget = createBudget(API_LIMITS.quotesPerSecond, clock);
  app.post('/generate-attestation', async (c) => {
    const body = await bodyOf(c.req.raw, ['payload'], ['public_key']);
    const payload = textOf(body, 'payload', TEE_LIMITS.payloadBytes);
    const key = body.public_key === undefined ? undefined : base64Of(body, 'public_key', BLS_LENGTHS.publicKey);
    if (budget() > 0) {
      const detail = 'too many quotes are asked for; wait a second';
      throw new Problem('too_many_requests', detail, { headers: { 'retry-after': '1' } });
    }
    const report = key === undefined ? await manager.generateAttestation(payload) : await forKey(payload, key, parts);
    const unbound = key === undefined && payload.startsWith('register||');
    return c.json({ ...toldReport(report), ...(unbound && { warning: UNBOUND }) }, 200, UNKEPT);
  });
  app.post('/verify-attestation', async (c) => {
    const body = await bodyOf(c.req.raw, ['quote', 'expected_payload'], ['pccs_url', 'event_log']);
    const quoted = {
      quote: textOf(body, 'quote', TEE_LIMITS.quoteCharacters),
      eventLog: maybeTextOf(body, 'event_log', TEE_LIMITS.eventLogCharacters),
      pccsUrl: pccsOf(maybeTextOf(body, 'pccs_url', 2048), pccsUrls),
    };
    const payload = textOf(body, 'expected_payload', TEE_LIMITS.payloadBytes);
    const { isValid, verificationTimeMs, verdict } = await manager.verifyAttestation(quoted, payload);
    const answer = { success: true, is_valid: isValid, verification_time_ms: verificationTimeMs };
    return c.json({ ...answer, tcb_status: verdict.tcb?.status ?? null, verdict }, 200, UNKEPT);
  });
  app.get('/tee/status', (c) => {
    const { attester, simulated } = manager.platform;
    const statistics = manager.getStatistics();
    return c.json(
      {
        tee_available: attester !== undefined,
        tee_mode: manager.mode,
        attester: attester?.name ?? null,
        simulated,
        statistics: {
          key_generations: statistics.keyGenerations,
          attestations_generated: statistics.attestationsGenerated,
          total_key_gen_time_ms: statistics.totalKeyGenTimeMs,
          total_attestation_time_ms: statistics.totalAttestationTimeMs,
          avg_key_gen_time_ms: statistics.avgKeyGenTimeMs,
          avg_attestation_time_ms: statistics.avgAttestationTimeMs,
        },
      },
      200,
      UNKEPT,
    );
  });
}

/** A quote of a registration: of this instance, and with a key that this TEE derived for that user. */
function forKey(payload: string, publicKey: Uint8Array, { manager, instanceId }: ApiParts): Promise<AttestationReport> {
  const user = registrationUser(payload, instanceId);
  if (user === undefined || !isUserId(user)) {
    throw wrong('payload', `with public_key, expected ${registrationText('USER', instanceId)}`);
  }
  if (!manager.derived(publicKey, user)) {
    const detail = `public_key: this TEE has not derived it for ${user} since it started; ask /keygen-tee with the same salt first`;
    throw new Problem('forbidden', detail, { field: 'public_key' });
  }
  return manager.attestRegistration(payload, { user, instance: instanceId, publicKey });
}

function toldReport({ quote, generationTimeMs, payload, quoteSizeBytes, simulated, eventLog }: AttestationReport) {
  return {
    success: true,
    quote,
    generation_time_ms: generationTimeMs,
    payload,
    quote_size_bytes: quoteSizeBytes,
    simulated,
    ...(eventLog !== null && { event_log: eventLog }),
  };
}

/** The service as it is on the list. Throws a `Problem` for any other: nothing is fetched from it. */
function pccsOf(asked: string | undefined, listed: readonly string[]): string | undefined {
  if (asked === undefined) return undefined;
  const found = listed.find((url) => sameAddress(url) === sameAddress(asked));
  if (found !== undefined) return found;
  const detail = `pccs_url: not on the list of this tracker; leave it out, or name ${listed.join(' or ')}`;
  throw new Problem('forbidden', detail, { field: 'pccs_url' });
}

function sameAddress(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : parsed.href.replace(/\/+$/, '');
}
