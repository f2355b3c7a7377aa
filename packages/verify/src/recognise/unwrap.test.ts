import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { der, extensionList, octets, type TestExtension } from '../../../../tools/der-in-tests.ts';
import { certificate } from '../../../../tools/x509-in-tests.ts';
import { concatBytes } from '../codec/bytes.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';
import { AssayError } from '../errors.ts';
import { serialiseEnvelope } from '../evidence/envelope.ts';
import { recognise } from './recognise.ts';
import { type Unwrapped, unwrap } from './unwrap.ts';

/** The evidence in bytes that are recognised. */
async function unwrapped(bytes: Uint8Array): Promise<Unwrapped> {
  const found = recognise(bytes, []);
  if (found === undefined || found.kind === 'event-log' || found.kind === 'json' || found.kind === 'certificates') {
    throw new Error(`${found?.kind}: no evidence`);
  }
  return unwrap(found);
}

const quote = Uint8Array.of(4, 0, 0, 0x81);
const log = utf8('[{"imr":3}]');
const envelope = serialiseEnvelope({ evidence: quote, eventLog: log });

test('an envelope, and an answer that holds one', async () => {
  expect(await unwrapped(utf8(envelope))).toEqual({ evidence: { evidence: quote, eventLog: log } });
  const answer = `{"schema":"assay.response/1","attestation":${envelope}}`;
  expect(await unwrapped(utf8(answer))).toEqual({ evidence: { evidence: quote, eventLog: log } });
});

test.each([
  ['an envelope of the future', '{"schema":"assay.evidence/9"}', /^envelope\.schema/],
  ['an envelope that breaks off', '{"schema":"assay.evidence/1","evidence":', /^envelope/],
  ['an answer without evidence', '{"schema":"assay.response/1"}', /^answer\.attestation/],
  ['an empty bundle', '{"schema":"assay.bundle/1"}', /^bundle/],
  ['a reply whose quote is no hexadecimal', '{"quote":"04z0"}', /^quote: not hexadecimal/],
])('%s is malformed', async (_name, written, reason) => {
  await expect(unwrapped(utf8(written))).rejects.toMatchObject({
    code: 'malformed',
    message: expect.stringMatching(reason),
  });
});

test.each([
  ['as text', { event_log: '[{"imr":3}]' }],
  ['in place', { event_log: [{ imr: 3 }] }],
  ['under its newer name', { eventLog: '[{"imr":3}]' }],
])("a reply's log comes %s", async (_name, member) => {
  const { evidence } = await unwrapped(utf8(JSON.stringify({ quote: '0x04000081', vm_config: '{}', ...member })));
  expect(evidence).toEqual({ evidence: quote, eventLog: log });
});

test('a reply may have no log', async () => {
  for (const reply of [{ quote: '04000081' }, { quote: '04000081', event_log: '' }]) {
    expect(await unwrapped(utf8(JSON.stringify(reply)))).toEqual({ evidence: { evidence: quote } });
  }
});

/** dstack's packing of a log. */
async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const zipped = new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip')));
  return concatBytes(utf8('ELGZv1'), new Uint8Array(await zipped.arrayBuffer()));
}

describe('a certificate', () => {
  const DSTACK = '1.3.6.1.4.1.62397.1';
  const withExtensions = (...extensions: readonly TestExtension[]): Uint8Array =>
    certificate({ extensions: der(0xa3, extensionList(extensions)) });
  const withLog = (value: Uint8Array): Uint8Array =>
    withExtensions({ id: `${DSTACK}.1`, value: octets(quote) }, { id: `${DSTACK}.2`, value: octets(value) });

  test('of dstack carries quote and log, plain or packed, in OCTET STRINGs or bare', async () => {
    const bare = withExtensions({ id: `${DSTACK}.1`, value: concatBytes(quote) }, { id: `${DSTACK}.2`, value: log });
    for (const raw of [withLog(log), withLog(await packed(new Uint8Array(log))), bare]) {
      expect(await unwrapped(raw)).toEqual({ evidence: { evidence: quote, eventLog: log }, certificate: raw });
    }
  });

  test('of SGX carries its quote', async () => {
    const raw = withExtensions({ id: '1.2.840.113741.1337.6', value: quote });
    expect(await unwrapped(raw)).toEqual({ evidence: { evidence: quote }, certificate: raw });
  });

  test('with a versioned attestation carries the quote in that, whatever else it has', async () => {
    // Version 0, TDX, a quote of four bytes, no events.
    const value = octets(concatBytes(Uint8Array.of(0, 0, 4 << 2), quote, Uint8Array.of(0)));
    const raw = withExtensions({ id: `${DSTACK}.1`, value: utf8('other') }, { id: `${DSTACK}.8`, value });
    expect(await unwrapped(raw)).toEqual({ evidence: { evidence: quote }, certificate: raw });
    const broken = withExtensions({ id: `${DSTACK}.8`, value: octets(Uint8Array.of(1, 2, 3)) });
    await expect(unwrapped(broken)).rejects.toMatchObject({ code: 'malformed' });
  });

  test('may have a log of 16 KiB, not more', async () => {
    const most = new Uint8Array(16_384).fill(32);
    expect((await unwrapped(withLog(await packed(most)))).evidence.eventLog?.length).toBe(most.length);
    for (const size of [16_385, 4_000_000]) {
      const bomb = withLog(await packed(new Uint8Array(size)));
      await expect(unwrapped(bomb)).rejects.toThrow('event log: not gzip, or larger than 16384 bytes');
    }
  });

  test('with a packed log of any bytes, or one that is cut short or altered, is read or malformed', async () => {
    const whole = await packed(new Uint8Array(log));
    const outcome = (value: Uint8Array): Promise<string> =>
      unwrapped(withLog(value)).then(
        ({ evidence }) => fromUtf8(evidence.eventLog ?? utf8('')),
        (error: unknown) => {
          if (error instanceof AssayError) return error.code;
          throw error;
        },
      );
    for (let length = 6; length < whole.length; length += 1) {
      expect(await outcome(whole.subarray(0, length))).toBe('malformed');
    }
    const altered = fc.tuple(fc.nat({ max: whole.length - 7 }), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(altered, async ([at, by]) => {
        const value = Uint8Array.from(whole, (byte, index) => (index === at + 6 ? byte ^ by : byte));
        expect(['malformed', fromUtf8(log)]).toContain(await outcome(value));
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        await outcome(concatBytes(utf8('ELGZv1'), bytes));
      }),
    );
  });
});
