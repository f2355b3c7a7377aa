import { closeSync, openSync, realpathSync, writeSync } from 'node:fs';
import { errnoOf } from './errno.ts';
import { createFramer } from './frames.ts';
import { type Keeper, startKeeper } from './keeper.ts';
import { createFuseServer } from './server.ts';
import type { FuseFolder } from './tree.ts';
import { parseRequest } from './wire.ts';

/** A mounted tree. Disposing of it unmounts, also while files are open: whoever uses them gets ENOTCONN. */
export interface FuseMount extends AsyncDisposable {
  readonly path: string;
}

/**
 * Mounts a tree at an existing folder, for root, on Linux with `/dev/fuse` and util-linux. Throws an Error that says which
 * of them is missing. `name` is the source that the mount table shows. The mount goes with this process, however that
 * ends; while it is suspended, whoever asks waits. The process that serves must start no other while it has files of the
 * mount open itself: exec closes them, and each would wait for the other.
 */
export async function mountFuse(root: FuseFolder, mountPoint: string, name = 'assay-simulated'): Promise<FuseMount> {
  const path = realpathSync(mountPoint);
  const device = openDevice();
  const keeper = startKeeper(device, name, path);
  const close = serve(device, root, keeper);
  // The kernel asks as soon as it has mounted.
  const failed = await Promise.race([keeper.asked, keeper.ended]);
  if (failed !== undefined) throw new Error(`mount ${mountPoint}: ${failed}; it needs root and util-linux`);
  return {
    path: mountPoint,
    async [Symbol.asyncDispose]() {
      close();
      const trouble = await keeper.ended;
      // That somebody else has unmounted it is as good.
      if (trouble !== '' && !trouble.includes('not mounted')) throw new Error(`umount ${mountPoint}: ${trouble}`);
    },
  };
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

/** Answers what the keeper hands on, until the function that it returns is called or nobody can be answered any more. */
function serve(device: number, root: FuseFolder, keeper: Keeper): () => void {
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    process.off('exit', close);
    keeper.end();
    closeSync(device);
  };
  process.on('exit', close);
  void keeper.ended.then(close);
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
  keeper.onRequests((chunk) => {
    try {
      for (const frame of frames(chunk)) void server(parseRequest(frame));
    } catch {
      close();
    }
  });
  return close;
}
