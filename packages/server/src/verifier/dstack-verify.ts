import type { Policy, Verdict } from '@assay/verify';
import { type Json, type JsonObject, parseJson, utf8 } from '@assay/verify/codec';
import { parsePolicy } from '@assay/verify/policy';
import { members } from './body.ts';
import { type GivenEvidence, givenEvidence } from './given-evidence.ts';
import { type Judge, TEES } from './judge.ts';

/** What `POST /verify` of dstack-verifier is asked with; names in snake case or camel case. */
const NAMES = {
  attestation: 'attestation',
  quote: 'quote',
  event_log: 'eventLog',
  eventLog: 'eventLog',
  vm_config: 'vmConfig',
  vmConfig: 'vmConfig',
  debug: 'debug',
} as const;

/** The answer of dstack-verifier, and the verdict that it is made of. */
export interface DstackVerification {
  readonly is_valid: boolean;
  readonly reason: string | null;
  readonly details: JsonObject;
  readonly verdict: Verdict;
}

/** Finds out what a quote shows by itself; what it should show, the policy of the operator says. */
const ANYTHING = parsePolicy({ identity: 'any', freshness: 'any', binding: 'any' });

/** Reads what dstack-verifier reads. What is broken in it is evidence all the same. Throws a `Problem`. */
export function readDstackRequest(body: Uint8Array): GivenEvidence {
  const request = members(body, [], Object.keys(NAMES));
  const of = (wanted: string): Json | undefined =>
    Object.entries(request).find(([name]) =>
      Object.entries(NAMES).some(([known, to]) => known === name && to === wanted),
    )?.[1];
  if (of('attestation') !== undefined) return { malformed: 'attestation: not read here yet; send quote and event_log' };
  const given = givenEvidence(of('quote') ?? null, TEES);
  const log = of('eventLog');
  if ('malformed' in given || log === undefined || log === null) return given;
  return { ...given, eventLog: utf8(typeof log === 'string' ? log : JSON.stringify(log)) };
}

/**
 * Judges as dstack-verifier does: quote, event log, image. Without a policy nobody can say which images are good, and
 * none is. Nonce, report data and TCB status are for the caller to compare, as there.
 */
export async function dstackVerification(
  given: GivenEvidence,
  { verdictOn }: Pick<Judge, 'verdictOn'>,
  policy: Policy | undefined,
): Promise<DstackVerification> {
  const verdict = await verdictOn(given, { policy: policy ?? ANYTHING });
  const { layers, claims, checks } = verdict;
  const outcomeOf = (id: string): string | undefined => checks.find((check) => check.id === id)?.outcome;
  const quote = layers.authentic === 'pass' && claims?.debug === false;
  const replayed = outcomeOf('event-log.replay') === 'pass' && outcomeOf('event-log.reserved') === 'pass';
  const image = policy !== undefined && layers.identity === 'pass';
  const failed = checks.find(({ outcome }) => outcome === 'fail');
  const why = failed && `${failed.id}: ${failed.actual ?? 'not as required'}`;
  const reasons = [
    [quote, `Quote verification failed: ${why ?? 'the workload can be debugged'}`],
    [replayed, `Event log verification failed: ${why ?? 'no event log of dstack came with the quote'}`],
    [image, `OS image hash verification failed: ${policy ? why : 'this service knows no images; give it a policy'}`],
  ] as const;
  const reason = reasons.find(([passed]) => !passed)?.[1] ?? null;
  return { is_valid: reason === null, reason, details: detailsOf(verdict, { quote, replayed, image }), verdict };
}

interface Findings {
  readonly quote: boolean;
  readonly replayed: boolean;
  readonly image: boolean;
}

function detailsOf({ claims, tcb, tee }: Verdict, { quote, replayed, image }: Findings): JsonObject {
  const measured = claims?.measurements ?? {};
  const text = (name: string): string => measured[name] ?? '';
  const info = {
    app_id: text('appId'),
    compose_hash: text('composeHash'),
    instance_id: text('instanceId'),
    // Of a machine that nobody has identified, as there.
    device_id: DEVICE_UNKNOWN,
    mr_system: text('mrSystem'),
    mr_aggregated: text('mrAggregated'),
    os_image_hash: text('osImageHash'),
    key_provider_info: Buffer.from(text('keyProvider')).toString('hex'),
  };
  const tcbStatus = tcb?.status ?? null;
  const advisoryIds = tcb?.advisories.map(({ id }) => id) ?? [];
  const variant = tee === 'tdx' ? 'dstack-tdx' : tee;
  return {
    quote_verified: quote,
    event_log_verified: replayed,
    os_image_hash_verified: image,
    acpi_tables_verified: image,
    os_image_is_dev: null,
    os_image_version: null,
    tee_variant: variant,
    report_data: claims?.reportData ?? null,
    tcb_status: tcbStatus,
    advisory_ids: advisoryIds,
    key_provider: keyProviderOf(measured.keyProvider),
    app_info: replayed ? info : null,
    boot_info: replayed
      ? {
          teeVariant: variant,
          mrAggregated: info.mr_aggregated,
          osImageHash: info.os_image_hash,
          mrSystem: info.mr_system,
          appId: info.app_id,
          composeHash: info.compose_hash,
          instanceId: info.instance_id,
          deviceId: info.device_id,
          keyProviderInfo: info.key_provider_info,
          tcbStatus,
          advisoryIds,
        }
      : null,
  };
}

/** SHA-256 of nothing. */
const DEVICE_UNKNOWN = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The payload of the event is `{"name":…,"id":…}`. */
function keyProviderOf(payload: string | undefined): Json {
  if (payload === undefined) return null;
  try {
    return parseJson(payload, 'key provider');
  } catch {
    return null;
  }
}
