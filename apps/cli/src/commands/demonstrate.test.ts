import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { demonstrated } from '../../../../tools/demonstration-in-tests.ts';

const SIX = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

/** A port that is free on every loopback address, as far as can be known. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, SIX ? '::' : '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function takenAt(host: string, port = 0): Promise<Server & AsyncDisposable> {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  });
}

describe('npm start', () => {
  test('says loudly that all is simulated, and what to open', async () => {
    const said = await demonstrated(0, async (text) => {
      const [url = ''] = /http:\/\/localhost:\d+/.exec(text) ?? [];
      expect(await (await fetch(`${url}/`)).json()).toMatchObject({ service: 'SIMULATED service of a software TEE' });
    });
    expect(said).toMatch(/^! SIMULATED {2}Open http:\/\/localhost:\d+: a software TEE, which proves nothing/);
  });

  test.skipIf(!SIX)('is at both addresses of localhost, and nowhere else [needs ::1]', async () => {
    const port = await freePort();
    await demonstrated(port, async () => {
      for (const host of ['127.0.0.1', '[::1]'])
        expect([host, (await fetch(`http://${host}:${port}/health`)).status]).toEqual([host, 200]);
      const others = Object.values(networkInterfaces()).flatMap((list = []) =>
        list.filter(({ internal }) => !internal),
      );
      for (const { address } of others.filter(({ family }) => family === 'IPv4'))
        await expect(fetch(`http://${address}:${port}/health`), address).rejects.toThrow();
    });
  });

  test.each(['127.0.0.1', ...(SIX ? ['::1'] : [])])('refuses a port that is taken at %s, by name', async (host) => {
    const port = await freePort();
    await using _taken = await takenAt(host, port);
    await expect(demonstrated(port)).rejects.toMatchObject({
      code: 'usage',
      details: { field: '--port' },
      message: expect.stringContaining(`${host}:${port}`),
    });
  });
});
