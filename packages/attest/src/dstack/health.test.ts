import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentRoutes, refusal } from '../../../../tools/guest-agent-in-tests.ts';
import { localService } from '../../../../tools/local-service.ts';
import { withoutRoot } from '../../../../tools/without-root.ts';
import { examine } from '../examine.ts';
import { createDstackAttester } from './attester.ts';
import type { DstackOptions } from './connection.ts';

const look = async (options: DstackOptions) =>
  Object.fromEntries((await examine(createDstackAttester(options))).checks.map((check) => [check.id, check]));

describe('a look at dstack', () => {
  let root: string;
  const stops: (() => Promise<unknown>)[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'health-'));
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await rm(root, { recursive: true });
  });
  const socketAt = async (path: string, answer: RequestListener): Promise<void> => {
    await mkdir(dirname(root + path), { recursive: true });
    const server = createServer(answer);
    await new Promise<void>((resolve) => void server.listen(root + path, resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
  };

  test('finds all well where an agent gives quotes', async () => {
    await using service = await localService(agentRoutes({ api: 'v0', version: '0.5.11' }));
    expect(await look({ environment: { DSTACK_SIMULATOR_ENDPOINT: service.origin } })).toMatchObject({
      'dstack.socket': { outcome: 'pass', found: `DSTACK_SIMULATOR_ENDPOINT: ${service.origin}` },
      'dstack.agent': { outcome: 'pass', found: `dstack guest agent 0.5.11 (API v0) at ${service.origin}` },
      'dstack.quote': { outcome: 'pass', found: 'a quote of 1358 bytes' },
    });
  });

  test('names each socket that is missing, and how to get one', async () => {
    const { 'dstack.socket': socket, ...others } = await look({ root });
    expect(socket).toMatchObject({
      outcome: 'fail',
      found: expect.stringMatching(
        /\/var\/run\/dstack\.sock: no such file, .*\/run\/dstack\/tappd\.sock: no such file$/,
      ),
      remedy: expect.stringMatching(/^mount \/var\/run\/dstack\.sock of the guest into the container.*assay simulate/),
    });
    expect(others).toMatchObject({ 'dstack.agent': { outcome: 'skip' }, 'dstack.quote': { outcome: 'skip' } });
  });

  test('says so when only the older tappd.sock is there', async () => {
    await socketAt('/var/run/tappd.sock', (_, response) => response.writeHead(404).end());
    const checks = await look({ root });
    expect(checks['dstack.socket']).toMatchObject({
      outcome: 'pass',
      found: expect.stringMatching(
        /\/var\/run\/tappd\.sock: a socket, .*only the older tappd\.sock, .*dstack\.sock is/,
      ),
    });
  });

  test('names the variable whose socket is not there', async () => {
    const environment = { DSTACK_SOCKET: join(root, 'absent.sock') };
    expect((await look({ environment, root }))['dstack.socket']).toMatchObject({
      outcome: 'fail',
      found: `DSTACK_SOCKET: unix:${environment.DSTACK_SOCKET}: no such file`,
      remedy: 'start the guest agent, or correct DSTACK_SOCKET',
    });
    expect((await look({ environment: { DSTACK_SOCKET: 'dstack' }, root }))['dstack.socket']).toMatchObject({
      outcome: 'fail',
      found: expect.stringMatching(/^DSTACK_SOCKET: expected the path of a Unix socket/),
    });
  });

  test('names the permission that is missing', async () => {
    await socketAt('/var/run/dstack.sock', (_, response) => response.end());
    await chmod(root, 0o755);
    await chmod(`${root}/var/run/dstack.sock`, 0);
    expect((await withoutRoot(() => look({ root })))['dstack.agent']).toMatchObject({
      outcome: 'fail',
      remedy: 'run as a user that may open the socket of the guest agent',
    });
  });

  test('says what the agent refuses a quote with', async () => {
    const routes = { ...agentRoutes({ api: 'v1', version: '0.6.0' }), '/GetQuote': refusal('use Attest', 400) };
    await using service = await localService(routes);
    expect((await look({ endpoint: service.origin }))['dstack.quote']).toMatchObject({
      outcome: 'fail',
      found: expect.stringMatching(/0\.6\.0 \(API v1\) at \S+: \/GetQuote: HTTP 400: use Attest$/),
      remedy: 'look at the log of the guest agent',
    });
  });
});
