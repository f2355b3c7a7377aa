import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

/** A Postgres cluster for one suite, on a Unix socket in a folder of its own. */
export interface PostgresInTests extends AsyncDisposable {
  /** URL of a new, empty database. */
  readonly newDatabase: (encoding?: 'UTF8' | 'LATIN1') => string;
  /** URL of that database over TLS at a name of this machine, and the certificate's file, which is for localhost alone. */
  readonly overTls: (
    url: string,
    host: 'localhost' | '127.0.0.1',
  ) => { readonly url: string; readonly certificate: string };
  /** Ends every connection, as a restart would. */
  readonly dropConnections: () => void;
}

const NOBODY = 65534;
const START_MS = 30_000;

/** Newest installed one first; Debian keeps the server's programs off the path. */
const folder = globSync('/usr/lib/postgresql/*/bin')
  .sort((a, b) => Number(b.split('/')[4]) - Number(a.split('/')[4]))
  .find((path) => existsSync(join(path, 'initdb')));

/** Why there is no Postgres here. */
export const withoutPostgres: string | undefined =
  folder === undefined ? 'no Postgres: npm run setup:system' : undefined;

/** Postgres refuses to run as root. */
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;

async function untilReady(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error('Postgres has no stderr');
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr, signal: AbortSignal.timeout(START_MS) })) {
    said.push(line);
    if (line.includes('database system is ready to accept connections')) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`Postgres did not start: ${said.join('\n')}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  const late = setTimeout(() => server.kill('SIGKILL'), START_MS);
  server.kill('SIGINT'); // Postgres calls this a fast shutdown
  await exited;
  clearTimeout(late);
}

/** Starts Postgres, with `tls` on a port of loopback too; ask `withoutPostgres` first. */
export async function startPostgres({ tls = false } = {}): Promise<PostgresInTests> {
  if (folder === undefined) throw new Error(withoutPostgres);
  const run = (program: string, ...args: readonly string[]): void => {
    execFileSync(join(folder, program), args, { ...user, cwd: '/', stdio: 'pipe', timeout: START_MS });
  };
  const home = await mkdtemp(join(tmpdir(), 'assay-postgres-'));
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  const data = join(home, 'data');
  run(
    'initdb',
    '--pgdata',
    data,
    '--username',
    'app',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--locale',
    'C.UTF-8',
    '--no-sync',
  );
  const certificate = join(home, 'certificate.pem');
  const key = join(home, 'key.pem');
  const port = tls ? await freePort() : 5432;
  if (tls) {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key];
    const args = ['req', '-x509', ...made, '-out', certificate, ...names];
    execFileSync('openssl', args, { ...user, cwd: '/', stdio: 'pipe', timeout: START_MS });
  }
  const network = tls
    ? ['listen_addresses=127.0.0.1', 'ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`]
    : ['listen_addresses='];
  // Tests end processes, not the machine: nothing has to wait for the disk.
  const settings = [...network, `port=${port}`, `unix_socket_directories=${home}`, 'fsync=off', 'max_connections=60'];
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const server = spawn(join(folder, 'postgres'), args, { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  const dispose = async (): Promise<void> => {
    await stop(server);
    await rm(home, { recursive: true, force: true });
  };
  try {
    await untilReady(server);
  } catch (error) {
    await dispose();
    throw error;
  }
  const sql = (text: string): void =>
    run('psql', '-h', home, '-p', String(port), '-U', 'app', '-d', 'postgres', '-qc', text);
  let count = 0;
  return {
    newDatabase: (encoding = 'UTF8') => {
      count += 1;
      sql(`create database test${count} encoding '${encoding}' template template0 locale 'C'`);
      return `postgres:///test${count}?host=${encodeURIComponent(home)}&user=app&port=${port}`;
    },
    overTls: (url, host) => ({
      url: `postgres://app@${host}:${port}${new URL(url).pathname}?sslmode=verify-full`,
      certificate,
    }),
    dropConnections: () =>
      sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
      ),
    [Symbol.asyncDispose]: dispose,
  };
}
