import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { KEYS_FILE } from '../verifier-in-tests.ts';

/** `assay serve verifier` as a process of its own, which may be killed and started again at the same port. */
export interface VerifierInstance {
  readonly origin: string;
  /** Ends the process at once, as the kernel does. */
  readonly kill: () => Promise<void>;
  readonly restart: () => Promise<void>;
}

/** Files that instances share, and a folder for more. */
export interface DrillFolder extends AsyncDisposable {
  readonly path: (name: string) => string;
}

/** A folder with keys and the root of a simulation. */
export async function drillFolder(rootPem: string): Promise<DrillFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-drill-'));
  const path = (name: string): string => join(folder, name);
  await writeFile(path('keys'), KEYS_FILE, { mode: 0o600 });
  await writeFile(path('root.pem'), rootPem);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

const COMMAND = join(import.meta.dirname, '../../apps/cli/src/main.ts');

/** Starts an instance; `database` are its options, such as `--database v.db`. */
export async function startInstance(
  folder: DrillFolder,
  port: number,
  database: readonly string[],
): Promise<VerifierInstance & AsyncDisposable> {
  const args = [
    ...['--conditions=@assay/source', COMMAND, 'serve', 'verifier', '--json', '--port', `${port}`],
    ...['--metrics-port', 'off', '--keys-file', folder.path('keys'), '--caller-rate', '100000'],
    ...['--peer-rate', '100000', '--root-ca', folder.path('root.pem'), '--allow-simulated', ...database],
    // Of each instance its own; with them the database is open twice.
    ...['--token-keys', folder.path(`tokens-${port}`)],
  ];
  let child: ChildProcess | undefined;
  const restart = async (): Promise<void> => {
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    started.stderr.on('data', () => undefined);
    // It says where it listens once it does.
    for await (const line of createInterface({ input: started.stdout })) {
      if (line.includes('"listens"')) return void started.stdout.resume();
    }
    throw new Error('the verifier ended before it listened');
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  await restart();
  return { origin: `http://127.0.0.1:${port}`, kill, restart, [Symbol.asyncDispose]: kill };
}
