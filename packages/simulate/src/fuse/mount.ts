import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { errnoOf } from './errno.ts';
import { createFramer } from './frames.ts';
import { createFuseServer } from './server.ts';
import type { FuseFolder } from './tree.ts';
import { parseRequest } from './wire.ts';

/** A mounted tree. Disposing of it unmounts, also while files are open: whoever uses them gets ENOTCONN. */
export interface FuseMount extends AsyncDisposable {
  readonly path: string;
}

/** How long `umount` may take. */
const UNMOUNT_MS = 10_000;

/**
 * Mounts a tree at an existing folder, for root, on Linux with `/dev/fuse` and util-linux's `mount`. Throws an Error that
 * says which of them is missing. `name` is the source that the mount table shows. The process that serves must start no
 * other while it has files of the mount open itself: exec closes them, and each would wait for the other.
 */
export async function mountFuse(root: FuseFolder, mountPoint: string, name = 'assay-simulated'): Promise<FuseMount> {
  const device = openDevice();
  try {
    await mount(device, mountPoint, name);
  } catch (error) {
    closeSync(device);
    throw error;
  }
  return serve(device, root, mountPoint);
}

function openDevice(): number {
  try {
    return openSync('/dev/fuse', 'r+');
  } catch (error) {
    throw new Error(`/dev/fuse: cannot be opened (${errnoOf(error)}); a mount needs root and a kernel with FUSE`, {
      cause: error,
    });
  }
}

async function mount(device: number, mountPoint: string, name: string): Promise<void> {
  const options = `fd=3,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other,nosuid,nodev,noexec`;
  const child = spawn('mount', ['-i', '-t', 'fuse', '-o', options, '--', name, mountPoint], {
    stdio: ['ignore', 'ignore', 'pipe', device],
  });
  const [code, said] = await Promise.all([ended(child), child.stderr === null ? '' : text(child.stderr)]);
  if (code !== 0)
    throw new Error(`mount ${mountPoint}: failed with ${code}: ${said.trim()}; it needs root and util-linux`);
}

/**
 * Requests come through `cat`. Reading the device here would hold a thread of the pool, which the file calls of this
 * process wait for, and keep the process from exiting; `cat` does neither. It dies with this process, and the connection
 * with it: whoever waits for an answer then gets an error. What interrupts this process at a terminal does not reach it.
 */
function serve(device: number, root: FuseFolder, mountPoint: string): FuseMount {
  const pump = spawn('setpriv', ['--pdeathsig', 'KILL', 'cat'], { stdio: [device, 'pipe', 'ignore'], detached: true });
  const pumped = ended(pump).catch(() => undefined);
  let open = true;
  let mounted = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    pump.kill('SIGKILL');
    closeSync(device);
  };
  const abandon = (): void => {
    close();
    spawnSync('umount', ['-i', '-l', mountPoint], { timeout: UNMOUNT_MS, stdio: 'ignore' });
  };
  process.on('exit', abandon);
  const send = (reply: Buffer): void => {
    try {
      if (open) writeSync(device, reply);
    } catch (error) {
      // ENOENT: whoever asked is gone. Anything else: nobody can be answered any more, so nobody shall wait.
      if (errnoOf(error) !== 'ENOENT') close();
    }
  };
  const server = createFuseServer(root, send);
  const frames = createFramer();
  pump.stdout?.on('data', (chunk: Buffer) => {
    try {
      for (const frame of frames(chunk)) void server(parseRequest(frame));
    } catch {
      close();
    }
  });
  void pumped.then(close);
  return {
    path: mountPoint,
    async [Symbol.asyncDispose]() {
      if (!mounted) return;
      mounted = false;
      process.off('exit', abandon);
      // The connection goes first: starting `umount` closes files in the new process, and must not wait for this one.
      close();
      await pumped;
      await unmount(mountPoint);
    },
  };
}

/** Unmounts; that somebody else has done so is as good. */
async function unmount(mountPoint: string): Promise<void> {
  const child = spawn('umount', ['-i', '-l', mountPoint], {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: UNMOUNT_MS,
  });
  const [code, said] = await Promise.all([ended(child), text(child.stderr)]);
  if (code !== 0 && !said.includes('not mounted')) {
    throw new Error(`umount ${mountPoint}: failed with ${code}: ${said.trim()}`);
  }
}

/** The exit code of a child. Rejects when it could not be started. */
async function ended(child: ChildProcess): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  return promise;
}
