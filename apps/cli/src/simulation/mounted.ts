import { type FuseFolder, mountFuse } from '@assay/simulate/node';
import { clearDeadMount, SOURCE } from './dead-mount.ts';
import { type Ground, messageOf } from './ground.ts';
import type { Part } from './part.ts';

/** A tree that is to be mounted in the ground's folder. */
export interface MountWish {
  /** What it stands for. */
  readonly name: string;
  readonly folder: string;
  readonly root: FuseFolder;
}

/** Mounts a tree until the end, where this machine can; otherwise says why not. */
export async function mounted(
  ground: Ground,
  { name, folder, root }: MountWish,
): Promise<{ readonly path: string } | { readonly path: undefined; readonly absent: Part['absent'] }> {
  await clearDeadMount(ground.path(folder));
  const path = await ground.folder(folder);
  try {
    const mount = await mountFuse(root, path, SOURCE);
    ground.later(async () => mount[Symbol.asyncDispose]());
    return { path };
  } catch (error) {
    return { path: undefined, absent: [{ name, reason: messageOf(error) }] };
  }
}
