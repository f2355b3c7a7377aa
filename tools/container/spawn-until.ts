import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PODMAN_ENVIRONMENT } from './podman.ts';

const MAX_LOG = 20_000;

/** A `podman` that runs. */
export interface Spawned {
  readonly child: ChildProcess;
  /** With its exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts `podman`, and waits for a line that it prints. Throws when it ends before. */
export async function spawnUntil(args: readonly string[], text: RegExp): Promise<Spawned> {
  const env = { ...process.env, ...PODMAN_ENVIRONMENT };
  const child = spawn('podman', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said = new Promise<'said'>((resolve) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        log = `${log}${line}\n`.slice(-MAX_LOG);
        if (text.test(line)) resolve('said');
      });
    }
  });
  const first = await Promise.race([said, ended]);
  if (first !== 'said') throw new Error(`podman ${args.join(' ')}: ended with ${first} before it said ${text}\n${log}`);
  return { child, ended };
}
