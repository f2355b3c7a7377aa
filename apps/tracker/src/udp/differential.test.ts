import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import Server from 'bittorrent-tracker/server';
import { expect, onTestFinished, test } from 'vitest';
import { endpoints4, infohash, servedUdp, testTracker } from '../../../../tools/bittorrent-in-tests.ts';
import { announce, connect, joined, words } from '../../../../tools/bittorrent-packets.ts';

/** bittorrent-tracker on a port of its own, until the test ends. */
async function other(): Promise<number> {
  const server = new Server({ http: false, ws: false, stats: false });
  onTestFinished(() => void server.close());
  server.listen(0, { udp4: '127.0.0.1', udp6: '::1' });
  await once(server, 'listening');
  return server.udp4.address().port;
}

/** Asks a tracker, packet by packet, under the connection id that it gives. */
async function client(port: number): Promise<(packet: (connection: Uint8Array) => Uint8Array) => Promise<Buffer>> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  const ask = async (packet: Uint8Array): Promise<Buffer> => {
    const answer = once(socket, 'message');
    socket.send(packet, port, '127.0.0.1');
    const [message] = (await answer) as [Buffer];
    return message;
  };
  const connection = (await ask(connect())).subarray(8, 16);
  return (packet) => ask(packet(connection));
}

test('announce by announce, answers over UDP are those of bittorrent-tracker, but for the interval and oneself', async () => {
  const [ours, theirs] = [await client((await servedUdp(testTracker())).port), await client(await other())];
  const EVENT = { update: 0, started: 2, stopped: 3 };
  const steps = [
    ...[1, 2, 3, 4, 5].map((peer) => ({ peer, event: EVENT.started, left: peer > 3 ? 0 : 1 })),
    { peer: 1, event: EVENT.update, left: 1 },
    { peer: 2, event: EVENT.stopped, left: 1 },
    { peer: 3, event: EVENT.update, left: 1 },
  ];
  for (const { peer, event, left } of steps) {
    const packet = (connection: Uint8Array): Uint8Array =>
      announce(connection, { peer, port: 1_000 + peer, event, left, wanted: 50 });
    const [a, b] = [await ours(packet), await theirs(packet)];
    // Action, transaction, leechers, seeds.
    expect([a.subarray(0, 8), a.subarray(12, 20)]).toEqual([b.subarray(0, 8), b.subarray(12, 20)]);
    if (event === EVENT.stopped) continue;
    const expected = endpoints4(b.subarray(20).toString('latin1')).filter((endpoint) => {
      const number = Number(endpoint.split(':')[1]) - 1_000;
      return number !== peer && (left > 0 || number <= 3);
    });
    expect(endpoints4(a.subarray(20).toString('latin1'))).toEqual(expected);
  }
  const scrape = (connection: Uint8Array): Uint8Array => joined(connection, words(2, 9), infohash(0xaa));
  const [a, b] = [await ours(scrape), await theirs(scrape)];
  // Complete, then incomplete; theirs calls those downloaded that are complete.
  expect([a.readUInt32BE(8), a.readUInt32BE(16)]).toEqual([b.readUInt32BE(8), b.readUInt32BE(16)]);
});
