import { toHex } from '../codec/hex.ts';
import { type JsonObject, parseJsonObject } from '../codec/json.ts';
import { fromUtf8 } from '../codec/text.ts';
import { sha256Hex } from '../crypto/hash.ts';
import { attempt } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { mrAggregated, mrSystem, type Registers } from './aggregate.ts';
import { type BootIdentity, bootIdentityOf } from './boot-identity.ts';
import type { eventLogChecks } from './checks.ts';
import { shownName } from './event.ts';
import { parseEventLog, type ReplayedLog, replay } from './replay.ts';

/** An event log and what it is judged by. */
export interface EventLogInput {
  readonly eventLog: Uint8Array;
  /** The app-compose file, byte for byte. */
  readonly appCompose?: Uint8Array | undefined;
  /** Registers of the evidence. Without `rtmr0` … `rtmr3` no log can be right. */
  readonly registers: Registers;
}

/** What a replayed log adds to the claims of the evidence. */
export interface EventLogFindings {
  /** `composeHash`, `appId`, `instanceId`, `osImageHash`, `keyProvider`, `mrAggregated`, `mrSystem` of a dstack log. */
  readonly measurements: Readonly<Record<string, string>>;
  /** `{ appCompose, appEvents }`: the app-compose that was measured, and what the app itself measured. */
  readonly workload: JsonObject | null;
}

type Id = keyof typeof eventLogChecks;
const APP: readonly Id[] = ['event-log.compose-hash', 'event-log.app-id', 'event-log.config-id'];
const DSTACK: readonly Id[] = ['event-log.reserved', 'event-log.boot', ...APP];

/** Replays a log against the registers of the evidence: undefined when they differ, for then nothing in it is true. */
export async function appraiseEventLog(
  { eventLog, appCompose, registers }: EventLogInput,
  checks: Checklist,
): Promise<EventLogFindings | undefined> {
  const compose = appCompose && new Uint8Array(appCompose);
  const parsed = attempt(() => parseEventLog(eventLog));
  if (!('value' in parsed)) {
    checks.fail('event-log.parse', { actual: parsed.reason });
    return skip(checks, ['event-log.digest', 'event-log.replay', ...DSTACK], 'the log is malformed');
  }
  checks.pass('event-log.parse', { actual: `${parsed.value.format}, ${parsed.value.events.length} events` });
  const log = await replay(parsed.value);
  if (!testDigests(log, checks)) return skip(checks, ['event-log.replay', ...DSTACK], 'the log contradicts itself');
  if (!testRegisters(log, registers, checks)) return skip(checks, DSTACK, 'the log is not of this evidence');
  if (log.format !== 'dstack' || !log.extended.includes('rtmr3')) return unidentified(compose, checks);
  const boot = bootIdentityOf(log.events);
  if ('fault' in boot) {
    checks.fail('event-log.reserved', { actual: boot.fault });
    return skip(checks, ['event-log.boot', ...APP], 'names in the log are not to be trusted');
  }
  checks.pass('event-log.reserved');
  if (boot.booted) checks.pass('event-log.boot');
  else checks.warn('event-log.boot', { actual: 'no system-ready' });
  const measurements = await measurementsOf(boot, registers);
  const composed = await testCompose(measurements.composeHash, compose, checks);
  testAppId(measurements.appId, measurements.composeHash, checks);
  testConfigId(measurements.composeHash, registers.mrConfigId, checks);
  const document = composed && compose ? attempt(() => parseJsonObject(fromUtf8(compose))) : undefined;
  const appEvents = boot.appEvents.map(({ name, payload }) => ({ event: name, payload: toHex(payload) }));
  return { measurements, workload: { appCompose: document && 'value' in document ? document.value : null, appEvents } };
}

function skip(checks: Checklist, ids: readonly Id[], reason: string): undefined {
  for (const id of ids) checks.skip(id, reason);
}

function testDigests({ format, mismatches, events }: ReplayedLog, checks: Checklist): boolean {
  const [first] = mismatches;
  if (first) {
    const { event, name, expected, actual } = first;
    checks.fail('event-log.digest', { expected, actual: `${actual} in event ${event} (${shownName(name)})` });
  } else if (format === 'dstack' && events.some(({ register }) => register === 'rtmr3'))
    checks.pass('event-log.digest');
  else checks.skip('event-log.digest', 'the log has no events whose digests can be recomputed');
  return first === undefined;
}

function testRegisters(log: ReplayedLog, registers: Registers, checks: Checklist): boolean {
  const wrong = log.extended.filter((register) => registers[register] !== log.registers[register]);
  const list = (values: Registers): string =>
    wrong.map((register) => `${register} ${values[register] ?? 'not in this evidence'}`).join(', ');
  const detail =
    log.extended.length === 0
      ? { actual: 'the log extends no register' }
      : wrong.length === 0
        ? { actual: log.extended.join(', ') }
        : { expected: list(registers), actual: list(log.registers) };
  return checks.test('event-log.replay', log.extended.length > 0 && wrong.length === 0, detail);
}

/** A log that says nothing of an app: it may explain registers, it identifies nothing. */
function unidentified(compose: Uint8Array | undefined, checks: Checklist): EventLogFindings {
  const reason = 'not a dstack log with events in rtmr3';
  skip(checks, ['event-log.reserved', 'event-log.boot'], reason);
  if (compose) checks.fail('event-log.compose-hash', { actual: reason });
  else checks.skip('event-log.compose-hash', reason);
  skip(checks, ['event-log.app-id', 'event-log.config-id'], reason);
  return { measurements: {}, workload: null };
}

async function measurementsOf(boot: BootIdentity, registers: Registers): Promise<Readonly<Record<string, string>>> {
  const { composeHash, appId, instanceId, osImageHash, keyProvider } = boot;
  return {
    ...(composeHash && { composeHash: toHex(composeHash) }),
    ...(appId && { appId: toHex(appId) }),
    ...(instanceId && { instanceId: toHex(instanceId) }),
    ...(osImageHash && { osImageHash: toHex(osImageHash) }),
    ...(keyProvider && { keyProvider: fromUtf8(keyProvider) }),
    ...(registers.mrtd !== undefined && {
      mrAggregated: await mrAggregated(registers),
      mrSystem: await mrSystem(registers, keyProvider),
    }),
  };
}

async function testCompose(
  measured: string | undefined,
  compose: Uint8Array | undefined,
  checks: Checklist,
): Promise<boolean> {
  const actual = compose && (await sha256Hex(compose));
  if (measured !== undefined && actual === undefined) {
    checks.skip('event-log.compose-hash', 'no app-compose was given');
    return false;
  }
  const expected = measured ?? 'a compose-hash in the log';
  return checks.test('event-log.compose-hash', measured !== undefined && measured === actual, { expected, actual });
}

function testAppId(appId: string | undefined, composeHash: string | undefined, checks: Checklist): void {
  const origin = appId && composeHash?.startsWith(appId) ? 'the start of the compose hash' : 'given at deployment';
  checks.test('event-log.app-id', appId !== undefined, { actual: appId && `${appId}, ${origin}` });
}

/** dstack's forms of MR_CONFIG_ID by their first byte; in form 1 the compose hash follows, then zeros. */
function testConfigId(composeHash: string | undefined, configId: string | undefined, checks: Checklist): void {
  const id = 'event-log.config-id';
  if (configId === undefined || /^0*$/.test(configId)) checks.skip(id, 'MR_CONFIG_ID is not used');
  else if (!configId.startsWith('01'))
    checks.skip(id, `MR_CONFIG_ID of form ${configId.slice(0, 2)} holds no compose hash`);
  else if (composeHash === undefined) checks.skip(id, 'the log has no compose-hash');
  else {
    const expected = `01${composeHash}`.padEnd(96, '0');
    checks.test(id, configId === expected, { expected, actual: configId });
  }
}
