import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { u32 } from '../receipts/big-endian.ts';
import { encodeHandshake } from './handshake.ts';
import { encodeMessage, type Message } from './message.ts';
import { openWire, type WireOptions } from './wire.ts';

const infohash = new Uint8Array(20).fill(1);
const idOf = (byte: number) => new Uint8Array(20).fill(byte);
const theirs = encodeHandshake({ infohash, peerId: idOf(2), extended: true });

/** Both ends of a connection. */
async function pair(): Promise<{ readonly ours: Socket; readonly other: Socket } & Disposable> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const other = connect(typeof bound === 'object' && bound !== null ? bound.port : 0, '127.0.0.1');
  other.on('error', () => undefined);
  const [ours] = (await once(server, 'connection')) as [Socket];
  return {
    ours,
    other,
    [Symbol.dispose]() {
      ours.destroy();
      other.destroy();
      server.close();
    },
  };
}

const options = (limits: WireOptions['limits'] = {}): WireOptions => ({
  local: { infohash, peerId: idOf(1), extended: true },
  mostBytes: 100,
  limits,
});

/** Everything that comes, until the connection ends. */
async function all(messages: AsyncIterable<Message>): Promise<readonly Message[]> {
  const got: Message[] = [];
  for await (const message of messages) got.push(message);
  return got;
}

describe('a wire', () => {
  test('reads messages however they are cut', async () => {
    using sockets = await pair();
    const opening = openWire(sockets.ours, options());
    sockets.other.write(theirs);
    const wire = await opening;
    const sent = [{ type: 'have', piece: 3 }, { type: 'keep-alive' }, { type: 'unchoke' }] as const;
    const bytes = Buffer.concat(sent.map(encodeMessage));
    for (const byte of bytes) sockets.other.write(Uint8Array.of(byte));
    sockets.other.end();
    expect(await all(wire.messages())).toEqual(sent);
  });

  test('ends with what is cut off in the middle', async () => {
    using sockets = await pair();
    const opening = openWire(sockets.ours, options());
    sockets.other.end(Buffer.concat([theirs, encodeMessage({ type: 'have', piece: 3 }).subarray(0, 7)]));
    expect(await all((await opening).messages())).toEqual([]);
  });

  test.each([
    [
      'of another torrent',
      encodeHandshake({ infohash: idOf(9), peerId: idOf(2), extended: true }),
      'about another torrent',
    ],
    ['of itself', encodeHandshake({ infohash, peerId: idOf(1), extended: true }), 'this peer itself'],
    ['encrypted', new Uint8Array(68).fill(7), 'not the BitTorrent protocol in the clear'],
  ])('refuses a handshake %s', async (_name, bytes, message) => {
    using sockets = await pair();
    sockets.other.write(bytes);
    await expect(openWire(sockets.ours, options())).rejects.toThrow(message);
    expect(sockets.ours.destroyed).toBe(true);
  });

  test.each([
    [
      'whose handshake does not end',
      { handshakeMs: 20 },
      theirs.subarray(0, 67),
      'handshake: did not come within 0.02 s',
    ],
    ['that is silent', { idleMs: 20 }, theirs, 'message: did not come within 0.02 s'],
    [
      'that begins a message and does not end it',
      { messageMs: 20 },
      Buffer.concat([theirs, Uint8Array.of(0, 0, 0, 5, 4)]),
      'message: did not come within 0.02 s',
    ],
  ])('gives up on a peer %s', async (_name, limits, bytes, message) => {
    using sockets = await pair();
    sockets.other.write(bytes);
    const reading = openWire(sockets.ours, options(limits)).then((wire) => all(wire.messages()));
    await expect(reading).rejects.toThrow(message);
    expect(sockets.ours.destroyed).toBe(true);
  });

  test.each([101, 0xffff_ffff])('refuses a message of %i bytes before it comes', async (length) => {
    using sockets = await pair();
    sockets.other.write(Buffer.concat([theirs, u32(length)]));
    const wire = await openWire(sockets.ours, options());
    await expect(all(wire.messages())).rejects.toThrow(`message: ${length} bytes; this peer takes 100`);
    expect(sockets.ours.destroyed).toBe(true);
  });
});
