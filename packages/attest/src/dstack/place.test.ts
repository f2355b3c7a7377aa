import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Environment } from '../environment.ts';
import { SOCKETS, searchPlace } from './place.ts';

let root: string;
let servers: Server[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'place-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true });
});

async function socketAt(path: string): Promise<void> {
  await mkdir(dirname(root + path), { recursive: true });
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(root + path, resolve));
}

const place = async (environment: Environment, endpoint?: string) =>
  (await searchPlace({ environment, endpoint, root })).place;

const ALL = {
  DSTACK_SIMULATOR_ENDPOINT: 'http://127.0.0.1:1',
  TAPPD_SIMULATOR_ENDPOINT: 'http://127.0.0.1:2',
  DSTACK_SOCKET: '/somewhere/dstack.sock',
  DSTACK_ENDPOINT: 'http://127.0.0.1:4',
  PHALA_ENDPOINT: 'https://agent.example',
  PHALA_API_KEY: 'phak_secret',
};

describe('the endpoint of a guest agent', () => {
  test('is what the caller says, then what the variables say, one after the other', async () => {
    const names = Object.keys(ALL).slice(0, -1);
    for (const [index, name] of names.entries()) {
      const environment = Object.fromEntries(Object.entries(ALL).slice(index));
      expect((await place(environment))?.origin).toBe(name);
    }
    expect(await place(ALL, 'http://[::1]:80')).toMatchObject({
      origin: 'endpoint',
      endpoint: { shown: 'http://[::1]' },
    });
  });

  test('a variable that is empty counts as none', async () => {
    const environment = { ...ALL, DSTACK_SIMULATOR_ENDPOINT: '', TAPPD_SIMULATOR_ENDPOINT: '' };
    expect((await place(environment))?.origin).toBe('DSTACK_SOCKET');
  });

  test('without any is the first socket in the usual places, dstack.sock before tappd.sock', async () => {
    expect(await searchPlace({ root })).toEqual({
      place: undefined,
      there: false,
      looked: SOCKETS.map((path) => `${root}${path}: no such file`),
    });
    await socketAt('/run/tappd.sock');
    expect(await place({})).toMatchObject({
      tappd: true,
      origin: 'found',
      endpoint: { path: `${root}/run/tappd.sock` },
    });
    await socketAt('/run/dstack/dstack.sock');
    expect(await place({})).toMatchObject({ tappd: false, endpoint: { path: `${root}/run/dstack/dstack.sock` } });
    await writeFile(`${root}/run/dstack.sock`, '');
    const { place: third, looked } = await searchPlace({ root });
    expect(third?.endpoint).toMatchObject({ path: `${root}/run/dstack/dstack.sock` });
    expect(looked).toContain(`${root}/run/dstack.sock: no socket`);
  });

  test('a named socket that is not there is said to be missing, and no other is tried', async () => {
    await socketAt('/run/dstack.sock');
    const path = join(root, 'other.sock');
    expect(await searchPlace({ environment: { DSTACK_SOCKET: path }, root })).toMatchObject({
      place: { endpoint: { path } },
      there: false,
      looked: [`DSTACK_SOCKET: unix:${path}: no such file`],
    });
  });

  test('TAPPD_SIMULATOR_ENDPOINT names one of the Tappd API', async () => {
    expect(await place({ TAPPD_SIMULATOR_ENDPOINT: 'http://127.0.0.1:2' })).toMatchObject({ tappd: true });
    expect(await place({ DSTACK_ENDPOINT: 'http://127.0.0.1:2' })).toMatchObject({ tappd: false });
  });

  test.each([
    'dstack.sock',
    'ftp://127.0.0.1/',
    '127.0.0.1:8090',
    'http://',
    'http://user:hunter2@127.0.0.1/',
    'http://127.0.0.1/?hunter2',
  ])('is refused by the name of its variable when it is %s', async (value) => {
    const refused = expect(place({ DSTACK_SIMULATOR_ENDPOINT: value })).rejects;
    await refused.toMatchObject({ code: 'usage', details: { field: 'DSTACK_SIMULATOR_ENDPOINT' } });
    await refused.toThrow(/^DSTACK_SIMULATOR_ENDPOINT: (?!.*hunter2)/);
  });
});

describe('PHALA_API_KEY', () => {
  const PHALA_API_KEY = 'phak_secret';

  test.each([
    'https://agent.example',
    'http://127.0.0.1:8090',
    'http://[::1]:1',
    'http://localhost',
    '/run/phala.sock',
  ])('goes to PHALA_ENDPOINT %s', async (PHALA_ENDPOINT) => {
    expect((await place({ PHALA_ENDPOINT, PHALA_API_KEY }))?.bearer).toBe(PHALA_API_KEY);
  });

  test.each(['http://agent.example', 'http://10.0.0.1:80', 'http://127.0.0.1.example', 'http://localhost.example'])(
    'is not sent in clear to %s',
    async (PHALA_ENDPOINT) => {
      const refused = expect(place({ PHALA_ENDPOINT, PHALA_API_KEY })).rejects;
      await refused.toMatchObject({ code: 'usage', details: { field: 'PHALA_ENDPOINT' } });
      await refused.toThrow(/^(?!.*phak_secret)/);
      expect((await place({ PHALA_ENDPOINT }))?.bearer).toBeUndefined();
    },
  );

  test('goes to no other endpoint', async () => {
    for (const name of ['DSTACK_SIMULATOR_ENDPOINT', 'TAPPD_SIMULATOR_ENDPOINT', 'DSTACK_SOCKET', 'DSTACK_ENDPOINT']) {
      const found = await place({
        [name]: 'https://agent.example',
        PHALA_ENDPOINT: 'https://b.example',
        PHALA_API_KEY,
      });
      expect(found).toMatchObject({ origin: name, bearer: undefined });
    }
    expect((await place({ PHALA_API_KEY, PHALA_ENDPOINT: 'https://b.example' }, 'https://agent.example'))?.bearer).toBe(
      undefined,
    );
  });

  test.each(['a b', 'line\nbreak', 'é', 'x'.repeat(4097)])(
    'that no header can carry is refused unseen',
    async (key) => {
      const refused = expect(place({ PHALA_ENDPOINT: 'https://b.example', PHALA_API_KEY: key })).rejects;
      await refused.toMatchObject({ code: 'usage', details: { field: 'PHALA_API_KEY' } });
      await refused.toThrow('PHALA_API_KEY: expected at most 4096 printable ASCII characters without spaces');
    },
  );
});
