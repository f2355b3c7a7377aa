import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** What Linux has room for in the address of a Unix socket, in bytes. */
const MAX_PATH = 107;

/** Makes room for a socket: removes one that nobody serves. Throws when somebody does, or when another file is there. */
export async function clearSocket(path: string): Promise<void> {
  const length = Buffer.byteLength(path);
  if (length > MAX_PATH) throw new Error(`cannot listen on ${path}: ${length} bytes, a socket's path has ${MAX_PATH}`);
  const found = await lstat(path).catch(absent);
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error(`cannot listen on ${path}: a file that is no socket is there`);
  if (await answers(path)) throw new Error(`cannot listen on ${path}: another process listens there`);
  await unlink(path);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    // Whatever else is wrong, such as a missing permission, somebody may be there.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
