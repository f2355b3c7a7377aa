import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector, vectorText } from '../../../../tools/vectors-in-tests.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { replayEventLog } from './replay.ts';

/** Names and payloads with their digests in both versions. */
const DIGESTS = [
  [
    'system-preparing',
    '',
    'f9974020ef507068183313d0ca808e0d1ca9b2d1ad0c61f5784e7157c362c06536f5ddacdad4451693f48fcc72fff624',
    '918e390aef67de4520d37d7e046dd222038e0a8385825072383ab194543ffa3046a9a48fdabbc16e6ba9ff24249ba88f',
  ],
  [
    'app-id',
    '5bb4ff9a3837357f19dc176407a5709c62eb6c56',
    'ddd202447c612b8bb8723d2ce3b9882b7cfc0ede203c36b15639cc80b181b61a7692850c5333a1c6effef82a73d0a4f2',
    'f47c886443745c881b9b56ff908516c83817f25ca9187bfa4e972959281128e3220d47ce057e580e30eb57bfdc04d69a',
  ],
  [
    'boot-mr-done',
    '',
    '98bd7e6bd3952720b65027fd494834045d06b4a714bf737a06b874638b3ea00ff402f7f583e3e3b05e921c8570433ac6',
    'aeadedb6d47c136395e76aaa640667ed1635429ee9a3795e0c97ad11f809b9805b39ba43d07f2e68cf51facd318d350d',
  ],
  [
    'system-ready',
    '',
    '1a76b2a80a0be71eae59f80945d876351a7a3fb8e9fd1ff1cede5734aa84ea11fd72b4edfbb6f04e5a85edd114c751bd',
    '8c748e7cf5aa7ef37f036bd15cb78308279511a408bcd2aab352802cccd79cf07d7d5e4d174c5b311f2d98f35f53ccd6',
  ],
] as const;

type Entry = Readonly<Record<string, unknown>>;
const entry = (event: string, event_payload = '', more: Entry = {}): Entry => ({
  imr: 3,
  event_type: 134217729,
  digest: '',
  event,
  event_payload,
  ...more,
});
const replayed = async (entries: unknown) => replayEventLog(utf8(JSON.stringify(entries)));

describe('digests of dstack events', () => {
  test.each(DIGESTS)('%s', async (name, payload, v1, v2) => {
    const log = await replayed([entry(name, payload), entry(name, payload, { version: 1 })]);
    expect(log.events.map(({ digest }) => digest)).toEqual([v1, v1]);
    const [event] = (await replayed([entry(name, payload, { version: 2, digest: v2 })])).events;
    expect(event).toMatchObject({ register: 'rtmr3', typeName: 'dstack', name, digest: v2, measured: 'whole' });
  });

  test('given digests are compared, never used', async () => {
    const [name, payload, v1, v2] = DIGESTS[1];
    const honest = await replayed([entry(name, payload)]);
    const lying = await replayed([entry(name, payload, { digest: v2 })]);
    expect(lying.mismatches).toEqual([{ event: 0, name, expected: v1, actual: v2 }]);
    expect(lying.registers).toEqual(honest.registers);
    expect((await replayed([entry(name, payload, { digest: v1.toUpperCase() })])).mismatches).toEqual([]);
  });

  test('a stated preimage must be the preimage', async () => {
    const preimage = toHex(utf8('{"name":"system-ready","payload":"","type":134217729}'));
    const honest = await replayed([entry('system-ready', '', { version: 2, preimage })]);
    expect(honest.mismatches).toEqual([]);
    expect((await replayed([entry('system-ready', '', { preimage })])).mismatches).toHaveLength(1);
    expect((await replayed([entry('system-read', '', { version: 2, preimage })])).mismatches).toHaveLength(1);
  });

  test('names are escaped as RFC 8785 wants', async () => {
    const preimage = toHex(utf8(String.raw`{"name":"a\"\\\n\u0001é🦀","payload":"ff","type":134217729}`));
    expect((await replayed([entry('a"\\\n\u0001é🦀', 'ff', { version: 2, preimage })])).mismatches).toEqual([]);
  });
});

describe('form of dstack logs', () => {
  const digest = '00'.repeat(48);
  test.each([
    ['no entries', [], 'event log: 0 entries, expected 1 to 16384'],
    [
      'an object without a log',
      { quote: '00' },
      'event log: expected an array of entries, or an answer with event_log',
    ],
    ['text for a log within text', { event_log: '"[]"' }, 'expected an array of entries'],
    ['an entry that is no object', [[]], 'event log entry 0: expected an object'],
    ['a fifth register', [entry('x', '', { imr: 4 })], 'event log entry 0: imr: expected an integer from 0 to 3'],
    ['a fraction', [entry('x', '', { imr: 2.5, digest })], 'event log entry 0: imr: expected an integer from 0 to 3'],
    ['a negative type', [entry('x', '', { event_type: -1 })], 'event_type: expected an integer from 0 to 4294967295'],
    ['another type in rtmr3', [entry('x', '', { event_type: 1, digest })], 'event_type 1 in rtmr3, expected 134217729'],
    ['no name', [{ ...entry('x'), event: undefined }], 'event log entry 0: event: expected text'],
    ['half a character', [entry('\ud800')], 'event log entry 0: event: expected text'],
    ['a payload that is no hex', [entry('x', 'zz')], 'event_payload: not hexadecimal'],
    ['a stripped digest in rtmr0', [entry('x', '', { imr: 0 })], 'that of rtmr0 cannot be recomputed'],
    ['a short digest', [entry('x', '', { digest: '00' })], 'digest of 1 bytes, expected 48'],
    ['a digest that is a number', [entry('x', '', { digest: 1 })], 'digest: expected hexadecimal text'],
    ['version 3', [entry('x', '', { version: 3 })], 'unknown version, expected 1 or 2'],
    ['version "2"', [entry('x', '', { version: '2' })], 'unknown version, expected 1 or 2'],
    ['a preimage that is a number', [entry('x', '', { preimage: 1 })], 'preimage: expected hexadecimal text'],
    ['too many entries', Array.from({ length: 16385 }, () => 0), '16385 entries, expected 1 to 16384'],
  ])('%s is malformed', async (_name, value, message) => {
    await expect(replayed(value)).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining(message),
    });
  });

  test('a duplicate key is malformed', async () => {
    const text = JSON.stringify([entry('app-id', '00')]).replace('"event":', '"event":"x","event":');
    await expect(replayEventLog(utf8(text))).rejects.toMatchObject({ code: 'malformed' });
  });

  test('a log of more than 4 MiB is not read', async () => {
    const log = new Uint8Array(4_194_305);
    await expect(replayEventLog(log)).rejects.toThrow('event log: 4194305 bytes exceed 4194304');
  });
});

describeWithVectors('golden logs of dstack', () => {
  test.each(['dstack-rtmr3', 'dstack-quote-report'])('%s replays to the registers of its quote', async (name) => {
    const path = `eventlog/${name}/report.json`;
    const { quote, event_log } = JSON.parse(vectorText(path)) as { readonly quote: string; readonly event_log: string };
    const register = (index: number): string => toHex(fromHex(quote).subarray(376 + 48 * index, 424 + 48 * index));
    const registers = { rtmr0: register(0), rtmr1: register(1), rtmr2: register(2), rtmr3: register(3) };
    const log = await replayEventLog(vector(path));
    expect(log).toMatchObject({ format: 'dstack', registers, mismatches: [] });
    expect(log.extended).toEqual(['rtmr0', 'rtmr1', 'rtmr2', 'rtmr3']);
    // The same log alone, as text; with its parts in place; and stripped as newer guest agents do.
    const entries = JSON.parse(event_log) as readonly Entry[];
    const stripped = entries.map((one) => (one.imr === 3 ? { ...one, digest: '' } : { ...one, event_payload: '' }));
    for (const form of [entries, { event_log: entries }, stripped]) {
      expect((await replayed(form)).registers).toEqual(registers);
    }
  });

  test('what the digest covers is told apart from description', async () => {
    const { events } = await replayEventLog(vector('eventlog/dstack-rtmr3/report.json'));
    const shown = events.map(({ typeName, text, measured }) => [typeName, text, measured].join(' · '));
    expect(shown).toContain('EV_EFI_ACTION · Exit Boot Services Invocation · whole');
    expect(shown).toContain('EV_PLATFORM_CONFIG_FLAGS · ACPI DATA · none');
    expect(shown).toContain('EV_EVENT_TAG · Linux initrd · none');
    expect(shown.filter((line) => line.startsWith('dstack · {"name":"kms","id":"3059'))).toHaveLength(1);
  });
});
