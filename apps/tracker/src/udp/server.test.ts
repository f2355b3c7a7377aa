import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { servedUdp, testTracker } from '../../../../tools/bittorrent-in-tests.ts';
import { announce, connect, textOf } from '../../../../tools/bittorrent-packets.ts';
import { serveUdp } from './server.ts';

describe('over a socket', () => {
  /** What the tracker sends back for a packet. */
  async function asked(type: 'udp4' | 'udp6', port: number, host: string, packet: Uint8Array): Promise<Buffer> {
    const socket = createSocket(type);
    onTestFinished(() => void socket.close());
    const answer = once(socket, 'message');
    socket.send(packet, port, host);
    const [message] = (await answer) as [Buffer];
    return message;
  }

  test.each([
    ['udp4', '127.0.0.1', '7f0000011ae1'],
    ['udp6', '::1', `${'0'.repeat(30)}011ae1`],
  ] as const)('one socket answers %s', async (type, host, other) => {
    const { port } = await servedUdp(testTracker(), '::');
    const connection = (await asked(type, port, host, connect())).subarray(8);
    await asked(type, port, host, announce(connection));
    const answer = await asked(type, port, host, announce(connection, { peer: 2, port: 2 }));
    expect(textOf(answer.subarray(20))).toBe(other);
  });

  test('a port that is taken is told of', async () => {
    const first = await servedUdp(testTracker());
    const { tracker, clock } = testTracker();
    await expect(serveUdp({ tracker, clock, host: '127.0.0.1', port: first.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
