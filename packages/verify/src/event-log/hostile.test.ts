import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { concatBytes } from '../codec/bytes.ts';
import { utf8 } from '../codec/text.ts';
import { AssayError } from '../errors.ts';
import { Checklist } from '../verdict/checklist.ts';
import { appraiseEventLog } from './appraise.ts';
import { eventLogChecks } from './checks.ts';
import { type ReplayedLog, replayEventLog } from './replay.ts';

/** Replays, or says that the bytes are malformed; any other error fails the test. */
async function outcome(bytes: Uint8Array): Promise<ReplayedLog | 'malformed'> {
  try {
    return await replayEventLog(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    expect((error as AssayError).code).toBe('malformed');
    return 'malformed';
  }
}

/** The prefix by which TCG logs are told. */
const TCG = Uint8Array.of(1, 0, 0, 0, 3, 0, 0, 0);
const entries = fc.array(
  fc.record(
    {
      imr: fc.oneof(fc.nat(4), fc.jsonValue({ maxDepth: 1 })),
      event_type: fc.oneof(fc.constant(134217729), fc.nat()),
      digest: fc.oneof(fc.constant(''), fc.constant('ab'.repeat(48)), fc.string()),
      event: fc.oneof(fc.constantFrom('app-id', 'compose-hash', 'system-ready', '__proto__'), fc.string()),
      event_payload: fc.oneof(fc.constant(''), fc.constant('00'.repeat(32)), fc.string()),
      version: fc.constantFrom(1, 2, 3, null),
    },
    { requiredKeys: ['imr', 'event_type', 'event', 'event_payload'] },
  ),
  { minLength: 1, maxLength: 5 },
);

describe('hostile bytes are malformed or replay', () => {
  test('any bytes, as JSON and as TCG log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await outcome(bytes);
        await outcome(concatBytes(TCG, bytes));
      }),
      { numRuns: 300 },
    );
  });

  test('any JSON, and entries of almost the right form; the appraisal never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), entries), async (value) => {
        const eventLog = utf8(JSON.stringify(value));
        const replayed = await outcome(eventLog);
        const registers = replayed === 'malformed' ? {} : replayed.registers;
        const checks = new Checklist(eventLogChecks);
        await appraiseEventLog({ eventLog, registers, appCompose: eventLog }, checks);
        expect(checks.checks.map(({ id }) => id)).toEqual(Object.keys(eventLogChecks));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['deep nesting', '['.repeat(100_000)],
    ['deep nesting within text', JSON.stringify({ event_log: '['.repeat(100_000) })],
    ['an endless string', `["${'\\'.repeat(1_000_001)}`],
  ])('%s', async (_name, text) => {
    expect(await outcome(utf8(text))).toBe('malformed');
  });
});

describeWithVectors('golden logs with changes', () => {
  const ccel = (): Uint8Array => vector('eventlog/ccel-gcp/ccel_data.dat').subarray(0, 18_200);
  const dstack = (): Uint8Array => {
    const { event_log } = JSON.parse(vectorText('eventlog/dstack-rtmr3/report.json')) as { readonly event_log: string };
    return utf8(event_log);
  };

  test.each([
    ['CCEL', ccel],
    ['dstack', dstack],
  ])('%s: a flipped bit leaves a malformed log, or registers and events that it did not reach', async (_name, log) => {
    const honest = log();
    const { registers, events } = await replayEventLog(honest);
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * honest.length - 1), async (bit) => {
        const bytes = honest.slice();
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const changed = await outcome(bytes);
        if (changed === 'malformed' || changed.mismatches.length > 0) return;
        if (JSON.stringify(changed.registers) !== JSON.stringify(registers)) return;
        // What is the same in the registers is the same in all that the registers cover.
        const covered = (log: ReplayedLog['events']): readonly unknown[] =>
          log.map((event) =>
            event.measured === 'whole' ? { ...event, typeName: '', type: 0, text: '' } : event.digest,
          );
        for (const [index, event] of covered(changed.events).entries()) {
          if (changed.events[index]?.measured === 'whole') expect(event).toEqual(covered(events)[index]);
          else expect(changed.events[index]?.digest).toBe(events[index]?.digest);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('cut anywhere', async () => {
    const honest = ccel();
    await fc.assert(
      fc.asyncProperty(fc.nat(honest.length), async (length) => {
        await outcome(honest.subarray(0, length));
        await outcome(dstack().subarray(0, length));
      }),
      { numRuns: 100 },
    );
  });
});
