import { describe, expect, test } from 'vitest';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { sha256Hex } from '../crypto/hash.ts';
import { Checklist } from '../verdict/checklist.ts';
import { appraiseEventLog, type EventLogInput } from './appraise.ts';
import { eventLogChecks } from './checks.ts';
import { replayEventLog } from './replay.ts';

type Entry = Readonly<Record<string, unknown>>;
const entry = (event: string, event_payload = '', more: Entry = {}): Entry => ({
  imr: 3,
  event_type: 134217729,
  digest: '',
  event,
  event_payload,
  ...more,
});

/** A guest's whole boot, made up. */
const COMPOSE = utf8('{"name":"x","runner":"docker-compose"}');
const HASH = await sha256Hex(COMPOSE);
const APP_ID = 'ab'.repeat(20);
const PROVIDER = '{"name":"kms","id":"00ff"}';
const BOOT = [
  entry('system-preparing'),
  entry('app-id', APP_ID),
  entry('compose-hash', HASH),
  entry('init-script-hash', '01'),
  entry('init-script-hash', '02'),
  entry('instance-id', 'cd'.repeat(20)),
  entry('boot-mr-done'),
  entry('mr-kms', '03'.repeat(32)),
  entry('mr-kms', '04'.repeat(32)),
  entry('os-image-hash', 'ef'.repeat(32)),
  entry('key-provider', toHex(utf8(PROVIDER))),
  entry('storage-fs', toHex(utf8('zfs'))),
  entry('system-ready'),
];
const READY = BOOT.length - 1;
/** The log with one entry replaced or left out, or others put in. */
const spliced = (at: number, remove: number, ...insert: readonly Entry[]): readonly Entry[] =>
  BOOT.toSpliced(at, remove, ...insert);

const bytesOf = (entries: unknown): Uint8Array => utf8(JSON.stringify(entries));
/** Evidence of a machine that really measured these entries. */
const measured = async (entries: readonly Entry[]): Promise<EventLogInput> => {
  const eventLog = bytesOf(entries);
  const { registers } = await replayEventLog(eventLog);
  return { eventLog, registers: { ...registers, mrtd: '11'.repeat(48) }, appCompose: COMPOSE };
};

async function appraise(input: EventLogInput) {
  const checks = new Checklist(eventLogChecks);
  const findings = await appraiseEventLog(input, checks);
  const ids = (outcome: string): readonly string[] =>
    checks.checks.filter((check) => check.outcome === outcome).map(({ id }) => id.replace('event-log.', ''));
  return {
    findings,
    checks: checks.checks,
    failed: ids('fail'),
    skipped: ids('skip'),
    warned: ids('warn'),
    passed: ids('pass'),
  };
}

const ALL = Object.keys(eventLogChecks).map((id) => id.replace('event-log.', ''));

describe('a log that is what the machine measured', () => {
  test('gives identity and workload', async () => {
    const { findings, failed, skipped, passed } = await appraise(await measured(BOOT));
    expect([failed, skipped]).toEqual([[], ['config-id']]);
    expect(passed).toEqual(ALL.filter((id) => id !== 'config-id'));
    expect(findings?.measurements).toMatchObject({
      composeHash: HASH,
      appId: APP_ID,
      instanceId: 'cd'.repeat(20),
      osImageHash: 'ef'.repeat(32),
      keyProvider: PROVIDER,
    });
    expect(findings?.workload).toEqual({ appCompose: { name: 'x', runner: 'docker-compose' }, appEvents: [] });
  });

  test('the app’s own events are workload, never identity', async () => {
    const { findings, failed } = await appraise(await measured([...BOOT, entry('miner', '00ff'), entry('a:b')]));
    expect(failed).toEqual([]);
    expect(findings?.workload?.appEvents).toEqual([
      { event: 'miner', payload: '00ff' },
      { event: 'a:b', payload: '' },
    ]);
  });

  test('where the app id comes from is said, not judged', async () => {
    const actual = async (appId: string): Promise<string | undefined> => {
      const { checks } = await appraise(await measured(spliced(1, 1, entry('app-id', appId))));
      return checks.find(({ id }) => id === 'event-log.app-id')?.actual;
    };
    expect(await actual(APP_ID)).toBe(`${APP_ID}, given at deployment`);
    expect(await actual(HASH.slice(0, 40))).toBe(`${HASH.slice(0, 40)}, the start of the compose hash`);
  });

  test('an empty instance id and a missing app-compose are no faults', async () => {
    const { appCompose: _, ...input } = await measured(spliced(5, 1, entry('instance-id')));
    const { findings, failed, skipped } = await appraise(input);
    expect([failed, skipped]).toEqual([[], ['compose-hash', 'config-id']]);
    expect(findings?.measurements).not.toHaveProperty('instanceId');
    expect(findings?.workload).toEqual({ appCompose: null, appEvents: [] });
  });

  test('a log of before system-ready warns', async () => {
    const { findings, failed, warned } = await appraise(await measured(spliced(READY, 1)));
    expect([failed, warned]).toEqual([[], ['boot']]);
    expect(findings?.measurements.composeHash).toBe(HASH);
  });
});

describe('forged logs: measured by the machine, under dstack’s names', () => {
  test.each([
    ['compose-hash after system-ready, too', [...BOOT, entry('compose-hash', HASH)], 'compose-hash occurs after'],
    [
      'compose-hash only after system-ready',
      [...spliced(2, 1), entry('compose-hash', HASH)],
      'compose-hash occurs after system-ready',
    ],
    ['mr-kms after system-ready', [...BOOT, entry('mr-kms', '00')], 'mr-kms occurs after system-ready'],
    ['system-ready twice', [...BOOT, entry('system-ready')], 'system-ready occurs after system-ready'],
    ['compose-hash twice', spliced(3, 0, entry('compose-hash', '00'.repeat(32))), 'compose-hash occurs twice'],
    ['the same compose-hash twice', spliced(3, 0, entry('compose-hash', HASH)), 'compose-hash occurs twice'],
    ['app-id in both versions', spliced(3, 0, entry('app-id', APP_ID, { version: 2 })), 'app-id occurs twice'],
    ['a short app-id', spliced(1, 1, entry('app-id', 'ab'.repeat(19))), 'app-id has 19 bytes, expected 20'],
    [
      'a long compose-hash',
      spliced(2, 1, entry('compose-hash', `${HASH}00`)),
      'compose-hash has 33 bytes, expected 32',
    ],
    [
      'a key provider that is no JSON',
      spliced(10, 1, entry('key-provider', '00')),
      'key-provider is not JSON with name',
    ],
    [
      'a key provider without id',
      spliced(10, 1, entry('key-provider', '7b7d')),
      'key-provider is not JSON with name and id',
    ],
    ['a name that swallows its payload', spliced(10, 1, entry('key-provider:{"name"', '00')), 'is ambiguous'],
    ['a name for terminals', spliced(3, 0, entry('\u001b[2J\u009b:')), '?[2J?: is ambiguous'],
  ])('%s', async (_name, entries, actual) => {
    const { findings, checks, failed, skipped } = await appraise(await measured(entries));
    expect(findings).toBeUndefined();
    expect(failed).toEqual(['reserved']);
    expect(skipped).toEqual(['boot', 'compose-hash', 'app-id', 'config-id']);
    expect(checks.find(({ outcome }) => outcome === 'fail')?.actual).toContain(actual);
  });

  test('no compose-hash, no app-id: a guest that is not dstack’s', async () => {
    const { appCompose, ...input } = await measured([entry('hello', '00')]);
    const { findings, failed } = await appraise(input);
    expect(failed).toEqual(['compose-hash', 'app-id']);
    expect((await appraise({ ...input, appCompose })).failed).toEqual(failed);
    expect(Object.keys(findings?.measurements ?? {})).toEqual(['mrAggregated', 'mrSystem']);
  });

  test('another app-compose', async () => {
    const input = { ...(await measured(BOOT)), appCompose: utf8(`${new TextDecoder().decode(COMPOSE)}\n`) };
    const { findings, checks, failed } = await appraise(input);
    expect(failed).toEqual(['compose-hash']);
    expect(checks.find(({ outcome }) => outcome === 'fail')).toMatchObject({ expected: HASH });
    expect(findings?.workload?.appCompose).toBeNull();
  });
});

describe('changed logs', () => {
  test.each([
    ['a flipped payload', spliced(2, 1, entry('compose-hash', `0${HASH.slice(1)}`))],
    ['a renamed event', spliced(2, 1, entry('compose-hasH', HASH))],
    ['another version', spliced(2, 1, entry('compose-hash', HASH, { version: 2 }))],
    ['an extra event', [...BOOT, entry('miner', '00')]],
    ['a missing event', spliced(3, 1)],
    ['a missing last event', spliced(READY, 1)],
    ['events swapped', spliced(1, 2, ...BOOT.slice(1, 3).toReversed())],
    ['an event in another register', spliced(0, 0, entry('', '', { imr: 0, digest: '00'.repeat(48) }))],
    ['no event at all in rtmr3', [entry('', '', { imr: 1, digest: '00'.repeat(48) })]],
  ])('%s: the replay differs', async (_name, entries) => {
    const { registers } = await measured(BOOT);
    const { findings, failed, skipped } = await appraise({
      registers,
      eventLog: bytesOf(entries),
      appCompose: COMPOSE,
    });
    expect(findings).toBeUndefined();
    expect(failed).toEqual(['replay']);
    expect(skipped).toEqual(expect.arrayContaining(ALL.slice(3)));
  });

  test('a swapped digest contradicts its payload', async () => {
    const { events } = await replayEventLog(bytesOf(BOOT));
    const [, appId, composeHash] = events;
    const entries = spliced(1, 1, entry('app-id', APP_ID, { digest: composeHash?.digest }));
    const { findings, checks, failed } = await appraise({ ...(await measured(BOOT)), eventLog: bytesOf(entries) });
    expect(findings).toBeUndefined();
    expect(failed).toEqual(['digest']);
    expect(checks.find(({ outcome }) => outcome === 'fail')).toMatchObject({
      expected: appId?.digest,
      actual: `${composeHash?.digest} in event 1 (app-id)`,
    });
  });

  test('buffers may change while they are judged', async () => {
    const input = { ...(await measured(BOOT)), appCompose: COMPOSE.slice() };
    const pending = appraise(input);
    input.eventLog.fill(0);
    input.appCompose.fill(0);
    const { failed, findings } = await pending;
    expect(failed).toEqual([]);
    expect(findings?.workload?.appCompose).toMatchObject({ name: 'x' });
  });

  test('evidence without registers', async () => {
    const { checks, failed } = await appraise({ ...(await measured(BOOT)), registers: {} });
    expect(failed).toEqual(['replay']);
    expect(checks.find(({ outcome }) => outcome === 'fail')?.expected).toBe('rtmr3 not in this evidence');
  });

  test('bytes that are no log', async () => {
    const { failed, skipped, passed } = await appraise({ ...(await measured(BOOT)), eventLog: utf8('[') });
    expect([failed, skipped, passed]).toEqual([['parse'], ALL.slice(1), []]);
  });
});

describe('MR_CONFIG_ID', () => {
  test.each([
    ['form 1 of this app', `01${HASH}${'00'.repeat(15)}`, 'pass'],
    ['form 1 of another', `01${'ab'.repeat(32)}${'00'.repeat(15)}`, 'fail'],
    ['form 1 with a tail', `01${HASH}${'00'.repeat(14)}01`, 'fail'],
    ['form 2', `02${'ab'.repeat(47)}`, 'skip'],
    ['unused', '00'.repeat(48), 'skip'],
  ])('%s', async (_name, mrConfigId, outcome) => {
    const input = await measured(BOOT);
    const { checks } = await appraise({ ...input, registers: { ...input.registers, mrConfigId } });
    expect(checks.at(-1)).toMatchObject({ id: 'event-log.config-id', outcome });
  });
});
