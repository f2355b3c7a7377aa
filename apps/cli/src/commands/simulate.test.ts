import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Hardware } from '@assay/simulate/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { type Simulation, startSimulation } from '../../../../tools/simulation-in-process.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const at = ({ document }: Simulation, name: string): string => {
  const found = document.services.find((service) => service.name.startsWith(name));
  if (found === undefined) throw new Error(`${name} does not run`);
  return found.at;
};

describe('a simulation', () => {
  test('says what runs, as simulated, and writes what others need', async () => {
    await using simulation = await startSimulation('dstack');
    const { document } = simulation;
    expect(document).toMatchObject({
      ...{
        schema: 'assay.simulation/1',
        simulated: true,
        seeded: false,
        world: 'dstack',
        pid: process.pid,
        absent: [],
      },
      environment: { DSTACK_SIMULATOR_ENDPOINT: at(simulation, 'dstack guest agent') },
    });
    expect((await stat(document.directory)).mode & 0o777).toBe(0o700);
    const variables = await readFile(join(document.directory, 'env'), 'utf8');
    for (const [name, value] of Object.entries(document.environment))
      expect(variables).toContain(`export ${name}=${value}\n`);
    const names = await readdir(join(document.directory, 'roots'));
    expect(names.sort()).toEqual(['dstack-kms-k256.hex', 'dstack-kms.pem', 'intel.pem']);
  });

  test('is reachable over its port and its sockets, and from this machine alone', async () => {
    await using simulation = await startSimulation('dstack');
    const info = await fetch(`${at(simulation, 'dstack guest agent')}/Info`);
    expect(await info.json()).toHaveProperty('app_id');
    for (const { at: place } of simulation.document.services) expect(place).toMatch(/^http:\/\/127\.0\.0\.1:\d+$|^\//);
    for (const name of ['dstack.sock', 'tappd.sock']) expect((await stat(at(simulation, name))).isSocket()).toBe(true);
  });

  test('says of a request that is too long what the launcher says', async () => {
    await using simulation = await startSimulation('google');
    const asked = request({ socketPath: at(simulation, 'Confidential Space'), path: '/v1/token', method: 'POST' });
    asked.end(Buffer.alloc(1_048_577, 32));
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers['content-type'], await text(response)]).toEqual([
      ...[400, 'text/html', 'failed to parse POST body as TokenOptions: http: request body too large'],
    ]);
  });

  test('serves the documents of the machine that attests', async () => {
    await using simulation = await startSimulation('dstack');
    const tcb = `${at(simulation, 'Intel PCS')}/tdx/certification/v4/tcb?fmspc=A55A00000000`;
    expect((await fetch(tcb)).status).toBe(200);
  });

  test('ends when it is told to, and leaves nothing behind', async () => {
    const simulation = await startSimulation('dstack');
    const { directory } = simulation.document;
    const address = at(simulation, 'dstack guest agent');
    expect(await simulation.stop()).toBe(0);
    expect(existsSync(directory)).toBe(false);
    await expect(fetch(address)).rejects.toThrow();
  });

  test('takes a folder over that a killed one left, though not one that is in use', async () => {
    const directory = folder.path('left');
    const first = await startSimulation('dstack', { directory });
    const second = startSimulation('dstack', { directory });
    await expect(second).rejects.toThrow('simulation.sock: another process listens there');
    expect(existsSync(join(directory, 'roots/intel.pem'))).toBe(true);
    // As if it had been killed: a socket that nobody serves, files, and the list of them.
    await cp(join(directory, 'roots'), folder.path('copy'), { recursive: true });
    await cp(join(directory, 'simulation.list'), folder.path('list'));
    await rename(join(directory, 'simulation.sock'), folder.path('mark'));
    await first.stop();
    await mkdir(directory, { recursive: true });
    await cp(folder.path('copy'), join(directory, 'roots'), { recursive: true });
    await cp(folder.path('list'), join(directory, 'simulation.list'));
    await rename(folder.path('mark'), join(directory, 'simulation.sock'));
    await expect(startSimulation('dstack', { directory, dstackVersion: '7' })).rejects.toThrow('dstack version');
    await using third = await startSimulation('dstack', { directory });
    expect(third.document.directory).toBe(directory);
  });

  test('leaves what others put into its folder', async () => {
    const directory = folder.path('deep/kept');
    const simulation = await startSimulation('dstack', { directory });
    await writeFile(join(directory, 'evidence.json'), '{}');
    await simulation.stop();
    expect(await readdir(directory)).toEqual(['evidence.json']);
    await (await startSimulation('dstack', { directory: folder.path('deeper/still') })).stop();
    expect(existsSync(folder.path('deeper'))).toBe(false);
  });

  test('tells people loudly that it proves nothing, and what to type next', async () => {
    await using simulation = await startSimulation('dstack', { json: false });
    expect(simulation.text).toMatch(/^! SIMULATED {2}dstack: this proves nothing/);
    expect(simulation.text).toMatch(/source \S+\/env/);
    expect(simulation.text).toMatch(/DSTACK_SIMULATOR_ENDPOINT {2,}http:\/\/127\.0\.0\.1:\d+/);
    expect(simulation.text).toMatch(/npx assay attest --from dstack --nonce \$NONCE/);
    expect(simulation.text).toMatch(/npx assay collateral fetch \$SIM\/dstack\.json --from http:\/\/127\.0\.0\.1:\d+ /);
    expect(simulation.text).toMatch(/--root-ca \$SIM\/roots\/intel\.pem --allow-simulated/);
  });
});

describe('the guest of dstack', () => {
  test('boots the given file as the given release', async () => {
    const appCompose = folder.path('app-compose.json');
    await writeFile(appCompose, '{"name":"mine","manifest_version":2}');
    await using simulation = await startSimulation('dstack', { appCompose, dstackVersion: '0.5.5' });
    const info = await (await fetch(`${at(simulation, 'dstack guest agent 0.5.5')}/Info`)).json();
    expect(info).toMatchObject({ app_name: 'mine' });
  });

  test.each([
    ['--app-compose', { appCompose: 'broken.json' }],
    ['--app-compose', { appCompose: 'missing.json' }],
    ['--dstack-version', { dstackVersion: '7' }],
  ])('does not boot with a wrong %s', async (field, flags) => {
    await writeFile(folder.path('broken.json'), '[]');
    const given = 'appCompose' in flags ? { appCompose: folder.path(flags.appCompose) } : flags;
    await expect(startSimulation('dstack', given)).rejects.toMatchObject({ details: { field } });
  });
});

describe('it does not start', () => {
  const found: readonly Hardware[] = [{ path: '/dev/tdx_guest', what: 'Intel TDX guest' }];

  test('beside real hardware, unless told', async () => {
    const hardware = async () => found;
    const started = startSimulation('dstack', {}, hardware);
    await expect(started).rejects.toThrow('/dev/tdx_guest (Intel TDX guest)');
    await expect(started).rejects.toThrow('say --beside-hardware');
    await using simulation = await startSimulation('dstack', { besideHardware: true }, hardware);
    expect(simulation.document.world).toBe('dstack');
  });

  test('beside a socket that somebody serves in its own folder; a dead one there is its own', async () => {
    const directory = folder.path('shared');
    const socket = join(directory, 'dstack.sock');
    const hardware = async () => [{ path: socket, what: 'dstack guest agent' }];
    await using _first = await startSimulation('dstack', { directory });
    await expect(startSimulation('dstack', { directory: folder.path('other') }, hardware)).rejects.toThrow(socket);
    const second = startSimulation('dstack', { directory }, hardware);
    await expect(second).rejects.toMatchObject({ code: 'usage', details: { field: '--directory' } });
    expect((await stat(socket)).isSocket()).toBe(true);
  });

  test('where a port is taken, and says which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { readonly port: number };
    const directory = folder.path('taken');
    const started = startSimulation('dstack', { ports: String(port), directory });
    await expect(started).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another process listens there; choose another place with --ports`,
    );
    expect(existsSync(directory)).toBe(false);
    other.close();
  });

  test('where its socket is in use; what had started is undone', async () => {
    const directory = folder.path('in-use');
    await mkdir(directory);
    await writeFile(join(directory, 'tappd.sock'), 'a file of somebody');
    const started = startSimulation('dstack', { directory });
    await expect(started).rejects.toThrow('a file that is no socket is there; choose another place with --directory');
    expect(await readdir(directory)).toEqual(['tappd.sock']);
  });

  test('where a file of its is somebody else’s, which stays', async () => {
    const directory = folder.path('occupied');
    await mkdir(join(directory, 'roots'), { recursive: true });
    await writeFile(join(directory, 'roots', 'intel.pem'), 'precious');
    const started = startSimulation('dstack', { directory });
    await expect(started).rejects.toThrow('intel.pem is there already; name a folder that is new or empty');
    expect(await readFile(join(directory, 'roots', 'intel.pem'), 'utf8')).toBe('precious');
  });

  test("where the token file is somebody's", async () => {
    const directory = folder.path('token');
    await mkdir(directory);
    await writeFile(join(directory, 'attestation_verifier_claims_token'), 'precious');
    await expect(startSimulation('google', { directory })).rejects.toThrow('claims_token is there already');
    expect(await readFile(join(directory, 'attestation_verifier_claims_token'), 'utf8')).toBe('precious');
  });

  test('where a folder of its is a file; what was mounted is unmounted', async () => {
    const directory = folder.path('half-way');
    await mkdir(directory);
    await writeFile(join(directory, 'gramine'), 'a file of somebody');
    const started = startSimulation('intel', { directory });
    await expect(started).rejects.toMatchObject({ code: 'usage', details: { field: '--directory' } });
    expect(await readdir(directory)).toEqual(['gramine']);
  });

  test.each([
    ['WORLD', 'nowhere', {}],
    ['--seed', 'dstack', { seed: '' }],
    ['--ports', 'dstack', { ports: '65535' }],
    ['--directory', 'dstack', { directory: '' }],
    ['--dstack-version', 'google', { dstackVersion: '0.5.5' }],
    ['--app-compose', 'tsm', { appCompose: 'app-compose.json' }],
  ])('with a wrong %s', async (field, world, flags) => {
    await expect(startSimulation(world, flags)).rejects.toMatchObject({ code: 'usage', details: { field } });
  });
});
