import type { Policy, Verdict } from '@assay/verify';
import { type Json, type JsonObject, parseJson } from '@assay/verify/codec';
import { parsePolicy } from '@assay/verify/policy';
import { members, wrong } from './body.ts';
import { dstackEvidence, type GivenEvidence } from './given-evidence.ts';
import { type Judge, TEES } from './judge.ts';

/** Members of an agent's answer, which callers pass on as it came, in snake case or camel case. */
const MEMBERS = [
  ...['attestation', 'quote', 'event_log', 'eventLog', 'vm_config', 'vmConfig', 'debug'],
  ...['report_data', 'reportData', 'hash_algorithm', 'prefix'],
];

/** What is to be verified as dstack-verifier does. */
export interface DstackRequest {
  readonly given: GivenEvidence;
  /** What the answer says its quote has: lower-case hex. */
  readonly reportData: string | undefined;
}

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
export async function readDstackRequest(body: Uint8Array): Promise<DstackRequest> {
  const request = members(body, [], MEMBERS);
  const { report_data: said = request.reportData ?? null } = request;
  if (said !== null && typeof said !== 'string') throw wrong('report_data', 'expected hexadecimal');
  const reportData = said?.toLowerCase().replace(/^0x/, '');
  return { given: await dstackEvidence(request, TEES), reportData };
}

/**
 * Judges as dstack-verifier does: quote, event log, image. Without a policy nobody can say which images are good, and
 * none is. Nonce, report data and TCB status are for the caller to compare, as there.
 */
export async function dstackVerification(
  { given, reportData }: DstackRequest,
  { verdictOn }: Pick<Judge, 'verdictOn'>,
  policy: Policy | undefined,
): Promise<DstackVerification> {
  const verdict = await verdictOn(given, { policy: policy ?? ANYTHING });
  const { layers, claims, checks } = verdict;
  const outcomeOf = (id: string): string | undefined => checks.find((check) => check.id === id)?.outcome;
  const said = reportData === undefined || reportData.padEnd(128, '0') === claims?.reportData;
  const quote = layers.authentic === 'pass' && claims?.debug === false && said;
  const replayed = outcomeOf('event-log.replay') === 'pass' && outcomeOf('event-log.reserved') === 'pass';
  const image = policy !== undefined && layers.identity === 'pass';
  const failed = checks.find(({ outcome }) => outcome === 'fail');
  const why = failed && `${failed.id}: ${failed.actual ?? 'not as required'}`;
  const reasons = [
    [
      quote,
      `Quote verification failed: ${said ? (why ?? 'the workload can be debugged') : 'report_data is not what the quote has'}`,
    ],
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
