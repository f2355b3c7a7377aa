import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Debian's own, which has Debian's modules. */
const PYTHON = '/usr/bin/python3';

/** Why there is no libtorrent here; undefined where there is. */
export const withoutLibtorrent =
  spawnSync(PYTHON, ['-c', 'import libtorrent']).status === 0
    ? undefined
    : 'no python3-libtorrent: npm run setup:system';

/** A peer of libtorrent in a process of its own. */
export interface LibtorrentPeer extends AsyncDisposable {
  readonly port: number;
  /** Resolves when it has everything. */
  readonly complete: Promise<void>;
}

/** Starts it with a .torrent file and a folder; it connects to the port of another peer on this machine. */
export async function libtorrentPeer(torrent: string, folder: string, other?: number): Promise<LibtorrentPeer> {
  const program = join(import.meta.dirname, 'tracker-peers-libtorrent.py');
  const args = [program, torrent, folder, ...(other === undefined ? [] : [`${other}`])];
  const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('libtorrent ended');
    return String(value);
  };
  const port = Number(await line());
  const complete = line().then(() => undefined);
  complete.catch(() => undefined);
  return {
    port,
    complete,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
