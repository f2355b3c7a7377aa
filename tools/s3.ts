import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A real S3 server for one suite: Ceph's, with its store in memory, on loopback. */
export interface S3InTests extends AsyncDisposable {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin'];
const START_MS = 60_000;

const missing = PROGRAMS.filter((program) => !existsSync(`/usr/bin/${program}`));

/** Why there is no S3 server here. */
export const withoutS3: string | undefined =
  missing.length === 0 ? undefined : `no ${missing.join(', ')}: npm run setup:system`;

/** One monitor, one store in memory and one gateway; each is its own in everything. */
function configuration(home: string, id: string, monitor: number, gateway: number): string {
  return `
[global]
fsid = ${id}
keyring = ${home}/keyring
mon host = [v2:127.0.0.1:${monitor}]
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
run dir = ${home}
log file = ${home}/$name.log
admin socket = ${home}/$name.asok
pid file = ${home}/$name.pid
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
ms bind ipv4 = true
public addr = 127.0.0.1
[mon.a]
mon data = ${home}/mon
[osd]
osd objectstore = memstore
memstore device bytes = 536870912
osd data = ${home}/osd
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:${gateway}
rgw data = ${home}/rgw
rgw dynamic resharding = false
rgw run sync thread = false
rgw enable usage log = false
`;
}

async function stop(children: readonly ChildProcess[]): Promise<void> {
  // All of it is in memory and goes: there is nothing to finish.
  for (const child of [...children].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

/** Tries until it succeeds or the time is over: Ceph's programs do not tell when they are ready. */
async function eventually(what: string, attempt: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end; await pause(100)) {
    if (await attempt()) return;
  }
  throw new Error(`${what} did not start within ${START_MS} ms`);
}

/** Starts the server, which takes about 12 seconds; ask `withoutS3` first. */
export async function startS3(): Promise<S3InTests> {
  if (withoutS3 !== undefined) throw new Error(withoutS3);
  const home = await mkdtemp(join(tmpdir(), 'assay-s3-'));
  const children: ChildProcess[] = [];
  const dispose = async (): Promise<void> => {
    await stop(children);
    await rm(home, { recursive: true, force: true });
  };
  try {
    return { ...(await start(home, children)), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function start(home: string, children: ChildProcess[]): Promise<Omit<S3InTests, keyof AsyncDisposable>> {
  const [monitor, gateway] = [await freePort(), await freePort()];
  const id = randomUUID();
  const config = join(home, 'ceph.conf');
  const keys = join(home, 'keyring');
  await writeFile(config, configuration(home, id, monitor, gateway));
  for (const folder of ['mon', 'osd', 'rgw']) await mkdir(join(home, folder));
  const run = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {
      stdio: 'pipe',
      timeout: START_MS,
      env: { ...process.env, CEPH_CONF: config },
    }).toString();
  const succeeds = (program: string, ...args: readonly string[]): boolean => {
    try {
      return run(program, ...args) !== '';
    } catch {
      return false;
    }
  };
  const daemon = (program: string, ...args: readonly string[]): void => {
    children.push(spawn(program, ['-c', config, '-f', ...args], { stdio: 'ignore' }));
  };
  const addKey = (name: string, ...caps: readonly string[]): string =>
    run('ceph-authtool', keys, '--gen-key', '-n', name, ...caps.flatMap((cap) => ['--cap', ...cap.split('=')]));

  run('ceph-authtool', '--create-keyring', keys, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *');
  addKey('client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *');
  addKey('client.rgw.a', 'mon=allow *', 'osd=allow *');
  addKey('osd.0', 'mon=allow profile osd', 'osd=allow *');
  run('monmaptool', '--create', '--fsid', id, '--addv', 'a', `[v2:127.0.0.1:${monitor}]`, join(home, 'monmap'));
  run('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', join(home, 'monmap'), '--keyring', keys);
  daemon('ceph-mon', '-i', 'a');
  const ceph = ['-c', config, '--connect-timeout', '5'] as const;
  await eventually('the monitor', () => succeeds('ceph', ...ceph, '-s'));
  const store = randomUUID();
  run('ceph', ...ceph, 'osd', 'new', store);
  run('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', store, '--no-mon-config');
  run('ceph', ...ceph, 'auth', 'add', 'osd.0', '-i', keys);
  daemon('ceph-osd', '-i', '0');
  await eventually('the store', () => run('ceph', ...ceph, 'osd', 'stat').includes('1 up'));
  daemon('radosgw', '-n', 'client.rgw.a');
  const endpoint = `http://127.0.0.1:${gateway}`;
  await eventually('the gateway', () =>
    fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
      () => true,
      () => false,
    ),
  );
  const key = { accessKeyId: 'TESTKEY', secretAccessKey: 'TESTSECRET' };
  const user = [
    '--uid=test',
    '--display-name=test',
    `--access-key=${key.accessKeyId}`,
    `--secret-key=${key.secretAccessKey}`,
  ];
  run('radosgw-admin', '-c', config, 'user', 'create', ...user);
  return { endpoint, region: 'us-east-1', ...key };
}
