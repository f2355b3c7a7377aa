import { describe, expect, test } from 'vitest';
import { describeWithVectors, vector } from '../../../../tools/vectors-in-tests.ts';
import { concatBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { utf8 } from '../codec/text.ts';
import { hashOf } from '../crypto/hash.ts';
import { replayEventLog } from './replay.ts';

const u32 = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);
const u16 = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

/** A Spec ID event that announces algorithms: pairs of id and digest size. */
const header = (
  algorithms: readonly number[] = [0x0c, 48],
  count = algorithms.length / 2,
  vendor = [0],
): Uint8Array => {
  const name = utf8('Spec ID Event03\0');
  const data = concatBytes(name, u32(0, 0x02000200), u32(count), u16(...algorithms), Uint8Array.from(vendor));
  return concatBytes(u32(1, 3), new Uint8Array(20), u32(data.length), data);
};
const DIGEST = new Uint8Array(48).fill(7);
const event = (index: number, type: number, data: Uint8Array = utf8('x'), digest: Uint8Array = DIGEST): Uint8Array =>
  concatBytes(u32(index, type, 1), u16(0x0c), digest, u32(data.length), data);
const LOG = concatBytes(header(), event(1, 0xd), event(4, 4));

describe('TCG logs', () => {
  test('index 1 to 4 extend RTMR0 to RTMR3, in order; EV_NO_ACTION extends nothing', async () => {
    const log = await replayEventLog(concatBytes(LOG, event(0, 3), event(1, 5)));
    expect(log).toMatchObject({ format: 'tcg2', mismatches: [], extended: ['rtmr0', 'rtmr3'] });
    const once = await hashOf('SHA-384', new Uint8Array(48), DIGEST);
    expect(log.registers.rtmr3).toBe(toHex(once));
    expect(log.registers.rtmr0).toBe(toHex(await hashOf('SHA-384', once, DIGEST)));
    expect(log.registers.rtmr1).toBe('00'.repeat(48));
    expect(log.events.map(({ register }) => register)).toEqual(['rtmr0', 'rtmr3', null, 'rtmr0']);
  });

  test('what the caller writes meanwhile changes nothing, also where slice shares memory as that of Buffer does', async () => {
    class Sharing extends Uint8Array<ArrayBuffer> {
      override slice(): Uint8Array<ArrayBuffer> {
        return this.subarray();
      }
    }
    const bytes = new Sharing(LOG.slice().buffer);
    const pending = replayEventLog(bytes);
    bytes.fill(0);
    expect((await pending).registers).toEqual((await replayEventLog(LOG)).registers);
  });

  test.each([
    ['ones', 100, 0xff],
    ['zeros', 100, 0],
    ['four ones', 4, 0xff],
    ['nothing', 0, 0],
  ])('may end in %s', async (_name, length, fill) => {
    expect((await replayEventLog(concatBytes(LOG, new Uint8Array(length).fill(fill)))).events).toHaveLength(2);
  });

  test('other digests beside SHA-384 are passed over', async () => {
    const both = concatBytes(u32(2, 4, 2), u16(4), new Uint8Array(20), u16(0x0c), DIGEST, u32(0));
    const log = await replayEventLog(concatBytes(header([4, 20, 0x0c, 48]), both));
    expect(log.events[0]).toMatchObject({ register: 'rtmr1', typeName: 'EV_SEPARATOR', digest: toHex(DIGEST) });
  });

  test.each([
    ['data behind the padding', concatBytes(LOG, new Uint8Array(16).fill(0xff), u32(1)), 'data behind its end'],
    ['an event cut short', LOG.subarray(0, LOG.length - 1), 'event 2: data: needs 1 bytes'],
    ['a 4 GB event', concatBytes(header(), event(1, 4).subarray(0, 62), u32(0xffffffff)), 'needs 4294967295 bytes'],
    ['index 0', concatBytes(header(), event(0, 4)), 'event 1: register index 0, expected 1 to 4'],
    ['index 5', concatBytes(header(), event(5, 4)), 'event 1: register index 5, expected 1 to 4'],
    ['index 5 of no action', concatBytes(header(), event(5, 3)), 'event 1: register index 5, expected 1 to 4'],
    ['two digests where one is announced', concatBytes(header(), u32(1, 4, 2)), 'event 1: 2 digests, expected 1'],
    ['an algorithm not announced', concatBytes(header(), u32(1, 4, 1), u16(4)), 'digest algorithm 4 is not announced'],
    [
      'one algorithm twice',
      concatBytes(header([4, 20, 0x0c, 48]), u32(1, 4, 2), u16(4), new Uint8Array(20), u16(4), new Uint8Array(20)),
      'event 1: no SHA-384 digest',
    ],
    ['no SHA-384', header([4, 20]), 'SHA-384 of 48 bytes is not among them'],
    ['a short SHA-384', header([0x0c, 32]), 'SHA-384 of 48 bytes is not among them'],
    ['repeated algorithms', header([0x0c, 48, 0x0c, 48]), 'digest algorithms repeat'],
    ['nine algorithms', header([0x0c, 48], 9), '9 digest algorithms exceed 8'],
    ['more vendor information than there is', header(undefined, 1, [9]), 'vendor information: needs 9 bytes'],
    ['more than vendor information', header(undefined, 1, [0, 0]), '1 bytes after the Spec ID event'],
    ['an old Spec ID', header().map((byte, index) => (index === 46 ? 0x32 : byte)), 'is not "Spec ID Event03"'],
    ['half a header', header().subarray(0, 30), 'Spec ID event size: needs 4 bytes'],
  ])('%s is malformed', async (_name, bytes, message) => {
    await expect(replayEventLog(bytes)).rejects.toMatchObject({
      code: 'malformed',
      message: expect.stringContaining(message),
    });
  });

  test('texts: labels, tags, descriptions, variables, nothing for binary', async () => {
    const ucs2 = Uint8Array.from([...'Boot'].flatMap((character) => [character.charCodeAt(0), 0]));
    const variable = concatBytes(new Uint8Array(16), u32(4, 0, 0, 0), ucs2);
    const log = await replayEventLog(
      concatBytes(
        header(),
        event(3, 0xd, utf8('kernel_cmdline: quiet\0'), await hashOf('SHA-384', utf8('quiet'))),
        event(3, 6, concatBytes(u32(1, 6), utf8('initrd'))),
        event(1, 0x8000000b, concatBytes(Uint8Array.of(3), utf8('TdxTable'))),
        event(1, 0x80000002, variable),
        event(1, 0x80000001, variable.subarray(0, 30)),
        event(1, 0xa, Uint8Array.of(27, 91)),
        event(1, 0x1234, utf8('x'), await hashOf('SHA-384', utf8('x'))),
      ),
    );
    expect(log.events.map(({ typeName, text, measured }) => [typeName, text, measured])).toEqual([
      ['EV_IPL', 'kernel_cmdline: quiet', 'after-label'],
      ['EV_EVENT_TAG', 'initrd', 'none'],
      ['EV_EFI_HANDOFF_TABLES2', 'Tdx', 'none'],
      ['EV_EFI_VARIABLE_BOOT', 'Boot', 'none'],
      ['EV_EFI_VARIABLE_DRIVER_CONFIG', null, 'none'],
      ['EV_PLATFORM_CONFIG_FLAGS', null, 'none'],
      ['0x00001234', 'x', 'whole'],
    ]);
  });
});

describeWithVectors('golden CCEL', () => {
  test('replays to all four RTMRs of its quote', async () => {
    const quote = vector('eventlog/ccel-gcp/cos-113-tdx-quote.dat');
    const log = await replayEventLog(vector('eventlog/ccel-gcp/ccel_data.dat'));
    const registers = [0, 1, 2, 3].map((index) => toHex(quote.subarray(376 + 48 * index, 424 + 48 * index)));
    expect(Object.values(log.registers)).toEqual(registers);
    expect(log.extended).toEqual(['rtmr0', 'rtmr1', 'rtmr2']);
    expect(log.events).toHaveLength(43);
    const line = log.events.find(({ text }) => text?.startsWith('kernel_cmdline: /syslinux/vmlinuz.A'));
    expect(line).toMatchObject({ register: 'rtmr2', typeName: 'EV_IPL', measured: 'after-label' });
    expect(log.events.map(({ text }) => text)).toContain('SecureBoot');
  });
});
