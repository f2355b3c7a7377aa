import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountFuse } from './mount.ts';
import type { FuseFolder } from './tree.ts';

/** A mount at a new folder, which is removed with it. */
export interface TemporaryMount extends AsyncDisposable {
  readonly path: string;
}

/** Mounts a tree below the folder for temporary files. */
export async function temporaryMount(root: FuseFolder): Promise<TemporaryMount> {
  const path = await mkdtemp(join(tmpdir(), 'assay-mount-'));
  try {
    const mount = await mountFuse(root, path);
    return {
      path,
      async [Symbol.asyncDispose]() {
        await mount[Symbol.asyncDispose]();
        await rmdir(path);
      },
    };
  } catch (error) {
    await rmdir(path);
    throw error;
  }
}
