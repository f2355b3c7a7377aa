import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { Checklist } from '../verdict/checklist.ts';
import { appraiseEventLog, type EventLogInput } from './appraise.ts';
import { eventLogChecks } from './checks.ts';
import { replayEventLog } from './replay.ts';

async function appraise(input: EventLogInput) {
  const checks = new Checklist(eventLogChecks);
  const findings = await appraiseEventLog(input, checks);
  const ids = (outcome: string): readonly string[] =>
    checks.checks.filter((check) => check.outcome === outcome).map(({ id }) => id.replace('event-log.', ''));
  return { findings, failed: ids('fail'), skipped: ids('skip') };
}

describe('logs that identify nothing', () => {
  test('a dstack log without rtmr3', async () => {
    const digest = '00'.repeat(48);
    const eventLog = utf8(JSON.stringify([{ imr: 1, event_type: 4, digest, event: '', event_payload: '' }]));
    const { registers } = await replayEventLog(eventLog);
    const { findings, failed } = await appraise({ eventLog, registers, appCompose: utf8('{}') });
    expect([findings, failed]).toEqual([{ measurements: {}, workload: null }, ['compose-hash']]);
  });

  test('a log that extends no register is right for no evidence', async () => {
    const eventLog = fromHex(
      `0100000003000000${'00'.repeat(20)}21000000${toHex(utf8('Spec ID Event03\0'))}0000000000020002010000000c00300000`,
    );
    const { findings, failed } = await appraise({ eventLog, registers: {} });
    expect([findings, failed]).toEqual([undefined, ['replay']]);
  });
});

describeWithVectors('golden pairs', () => {
  const inputOf = (name: string): EventLogInput => {
    const { quote } = JSON.parse(vectorText(`eventlog/${name}/report.json`)) as { readonly quote: string };
    const register = (offset: number): string => quote.slice(2 * offset, 2 * offset + 96);
    const [rtmr0, rtmr1, rtmr2, rtmr3] = [register(376), register(424), register(472), register(520)];
    const registers = { mrtd: register(184), mrConfigId: register(232), rtmr0, rtmr1, rtmr2, rtmr3 };
    return { eventLog: vector(`eventlog/${name}/report.json`), registers };
  };

  test('a RawQuote answer with its app-compose', async () => {
    const appCompose = vector('eventlog/dstack-rtmr3/app-compose.json');
    const { findings, failed, skipped } = await appraise({ ...inputOf('dstack-rtmr3'), appCompose });
    expect([failed, skipped]).toEqual([[], ['config-id']]);
    expect(findings?.measurements).toMatchObject({
      composeHash: '06768e6df639ce3be65e9e5321f8b2d82dbffb01c74323462d34c2feb9653aff',
      appId: '06768e6df639ce3be65e9e5321f8b2d82dbffb01',
      instanceId: '9ba3255b85b26ec04b5ce853056f7651144ff3b5',
      keyProvider: expect.stringContaining('"name":"kms"'),
    });
    expect(findings?.workload?.appCompose).toMatchObject({ name: 'kvin-nb1' });
    // The other machine's log is not this machine's.
    const other = { ...inputOf('dstack-rtmr3'), eventLog: inputOf('dstack-quote-report').eventLog };
    expect((await appraise(other)).failed).toEqual(['replay']);
  });

  test('a GetQuote answer with an event of the app', async () => {
    const { findings, failed } = await appraise(inputOf('dstack-quote-report'));
    expect(failed).toEqual([]);
    expect(findings?.measurements.keyProvider).toContain('"name":"local-sgx"');
    expect(findings?.workload?.appEvents).toMatchObject([{ event: 'LIUM_MINER_HOTKEY' }]);
  });

  test('a CCEL explains registers and identifies nothing', async () => {
    const quote = toHex(vector('eventlog/ccel-gcp/cos-113-tdx-quote.dat'));
    const register = (index: number): string => quote.slice(752 + 96 * index, 848 + 96 * index);
    const registers = { rtmr0: register(0), rtmr1: register(1), rtmr2: register(2), rtmr3: register(3) };
    const input = { eventLog: vector('eventlog/ccel-gcp/ccel_data.dat'), registers };
    const { findings, failed } = await appraise(input);
    expect([failed, findings]).toEqual([[], { measurements: {}, workload: null }]);
    expect((await appraise({ ...input, appCompose: utf8('{}') })).failed).toEqual(['compose-hash']);
  });
});
