import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { infohash, type TestTracker, testTracker } from '../../../../tools/bittorrent-in-tests.ts';
import { announce, CONNECT, connect, hex, joined, textOf, words } from '../../../../tools/bittorrent-packets.ts';
import { createConnectionIds } from './connection-id.ts';
import { createFloodGuard } from './flood-guard.ts';
import { UDP_LIMITS } from './limits.ts';
import { passkeyOfOptions } from './options.ts';
import { readPacket } from './packets.ts';
import { respond, type UdpParts } from './respond.ts';

const home = Uint8Array.of(192, 0, 2, 1);
const secret = new Uint8Array(32).fill(5);
function partsOf({ tracker, clock }: TestTracker, packetsPerSecond = 1_000): UdpParts {
  return {
    tracker,
    connections: createConnectionIds(secret, clock, UDP_LIMITS.windowSeconds),
    flood: createFloodGuard([1, 2], clock, packetsPerSecond),
    limits: UDP_LIMITS,
  };
}

describe('BEP 15: connection ids', () => {
  test('a connect is answered with as many bytes as it has, and another id for another address', () => {
    const parts = partsOf(testTracker());
    const first = respond(parts, connect(), home);
    expect(textOf(first)).toMatch(/^0000000000000007[0-9a-f]{16}$/);
    expect(respond(parts, connect(), Uint8Array.of(192, 0, 2, 2))).not.toEqual(first);
    expect(textOf(first)).not.toContain(CONNECT);
  });

  test('an id is taken from its address only, in its window and the next', () => {
    const subject = testTracker();
    const parts = partsOf(subject);
    const id = parts.connections.issue(home);
    expect(respond(parts, announce(id), home)?.readUInt32BE(0)).toBe(1);
    expect(respond(parts, announce(id), Uint8Array.of(192, 0, 2, 2))).toBeUndefined();
    subject.pass(60);
    expect(respond(parts, announce(id), home)?.readUInt32BE(0)).toBe(1);
    subject.pass(60);
    expect(respond(parts, announce(id), home)).toBeUndefined();
  });

  test('the magic number of a connect is no id', () => {
    expect(respond(partsOf(testTracker()), announce(hex(CONNECT)), home)).toBeUndefined();
  });
});

describe('BEP 15: announce', () => {
  test('is answered with interval, counts and endpoints', () => {
    const parts = partsOf(testTracker());
    respond(parts, announce(parts.connections.issue(home), { left: 0 }), home);
    const away = Uint8Array.of(192, 0, 2, 2);
    const answer = respond(parts, announce(parts.connections.issue(away), { peer: 2, port: 80 }), away);
    expect(textOf(answer)).toBe('0000000100000008' + '00000708' + '00000001' + '00000001' + 'c00002011ae1');
  });

  test('the address in the packet counts for nothing', () => {
    const subject = testTracker();
    const parts = partsOf(subject);
    respond(parts, announce(parts.connections.issue(home), { ip: 0x01020304 }), home);
    const away = Uint8Array.of(192, 0, 2, 2);
    const answer = respond(parts, announce(parts.connections.issue(away), { peer: 2 }), away);
    expect(textOf(answer?.subarray(20))).toBe('c00002011ae1');
  });

  test('over IPv6 peers have 18 bytes each, and no answer is too long for a packet', () => {
    const parts = partsOf(testTracker());
    const ipv6 = (network: number): Uint8Array =>
      Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, 1);
    for (let peer = 0; peer < 200; peer += 1) {
      respond(parts, announce(parts.connections.issue(ipv6(peer)), { peer }), ipv6(peer));
      const ipv4 = Uint8Array.of(10, 0, 0, peer);
      respond(parts, announce(parts.connections.issue(ipv4), { peer: 1000 + peer }), ipv4);
    }
    const answer = respond(parts, announce(parts.connections.issue(ipv6(201)), { peer: 201, wanted: 500 }), ipv6(201));
    expect(answer?.length).toBe(20 + 67 * 18);
  });

  test('a refusal is an error with its reason', () => {
    const parts = partsOf(testTracker({ gate: { user: () => undefined } }));
    const answer = respond(parts, announce(parts.connections.issue(home)), home);
    expect(answer?.toString('latin1')).toContain(
      '\u0000\u0000\u0000\u0003\u0000\u0000\u0000\u0008a passkey is missing',
    );
  });

  test.each([
    [{ event: 5 }, 'event: expected 0 to 4'],
    [{ port: 0 }, 'port: expected 1 to 65535'],
    [{ options: Uint8Array.of(2, 9, 65) }, 'options: cut off'],
  ])('%j is refused by name', (changes, failure) => {
    const parts = partsOf(testTracker());
    const answer = respond(parts, announce(parts.connections.issue(home), changes), home);
    expect(answer?.subarray(8).toString()).toBe(failure);
  });
});

describe('BEP 41: options', () => {
  const url = (text: string): Uint8Array<ArrayBuffer> => joined(Uint8Array.of(2, text.length), Buffer.from(text));

  test.each([
    ['/announce/alice-key', 'alice-key'],
    ['/announce?passkey=alice-key', 'alice-key'],
    ['/announce?a=1&passkey=alice-key', 'alice-key'],
    ['/announce', undefined],
  ])('the passkey of %s', (text, passkey) => {
    expect(passkeyOfOptions(url(text))).toBe(passkey);
  });

  test('a URL may come in parts, with options of others in between, up to the end', () => {
    const options = joined(
      url('/announce/al'),
      Uint8Array.of(1, 1, 77, 2, 0, 0),
      url('ice'),
      Uint8Array.of(0),
      url('x'),
    );
    expect(passkeyOfOptions(options)).toBe('alice');
  });

  test.each([
    ['/announce/a?passkey=b', 'passkey: given twice'],
    ['/announce/a/b', 'URL: expected /announce/PASSKEY'],
    ['/other', 'URL: expected /announce/PASSKEY'],
    ['/announce/%41', 'passkey: expected letters, digits, - and _'],
  ])('%s is refused', (text, failure) => {
    expect(passkeyOfOptions(url(text))).toEqual({ failure });
  });

  test('reaches the gate', () => {
    const parts = partsOf(
      testTracker({ gate: { user: (key) => (key === 'alice' ? { id: key, mayLeech: true } : undefined) } }),
    );
    const packet = announce(parts.connections.issue(home), { options: url('/announce/alice') });
    expect(respond(parts, packet, home)?.readUInt32BE(0)).toBe(1);
  });
});

test('BEP 15: scrape answers three counts for each torrent', () => {
  const parts = partsOf(testTracker());
  const id = parts.connections.issue(home);
  respond(parts, announce(id), home);
  const answer = respond(parts, joined(id, words(2, 9), infohash(0xbb), infohash(0xaa)), home);
  expect(answer).toEqual(Buffer.from(words(2, 9, 0, 0, 0, 0, 0, 1)));
});

describe('hostile packets', () => {
  test('without a proven connection id no packet is answered with more bytes than it has', () => {
    const parts = partsOf(testTracker(), 1e9);
    const genuine = announce(parts.connections.issue(Uint8Array.of(10, 0, 0, 1)), { wanted: 200 });
    const torn = fc.nat(genuine.length).map((end) => genuine.subarray(0, end));
    const flipped = fc.tuple(fc.nat(genuine.length - 1), fc.nat(255)).map(([at, byte]) => genuine.with(at, byte));
    const actions = fc
      .tuple(fc.constantFrom(CONNECT, 'ffffffffffffffff'), fc.nat(4), fc.uint8Array({ maxLength: 200 }))
      .map(([start, action, rest]) => joined(hex(start), words(action, 1), rest));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), torn, flipped, actions), (bytes) => {
        expect(respond(parts, bytes, home)?.length ?? 0).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a torn announce is not answered, even with a proven id', () => {
    const parts = partsOf(testTracker());
    const whole = announce(parts.connections.issue(home));
    for (let length = 0; length < whole.length; length += 1) {
      expect(respond(parts, whole.subarray(0, length), home)).toBeUndefined();
    }
    expect(parts.tracker.swarms.size()).toBe(0);
  });

  test('any bytes are a packet or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        expect(['connect', 'announce', 'scrape', 'malformed', undefined]).toContain(readPacket(bytes)?.kind);
      }),
    );
  });

  test('of a flood from one address, or one network of IPv6, so much is answered a second', () => {
    const subject = testTracker();
    const parts = partsOf(subject, 10);
    const answered = (address: (index: number) => Uint8Array): number =>
      Array.from({ length: 50 }, (_, index) => respond(parts, connect(), address(index))).filter(Boolean).length;
    const network = (index: number): Uint8Array => new Uint8Array(16).fill(0x20).with(15, index);
    expect([answered(() => home), answered(network), answered(() => Uint8Array.of(192, 0, 2, 9))]).toEqual([
      10, 10, 10,
    ]);
    subject.pass(1);
    expect(answered(() => home)).toBe(10);
  });
});
