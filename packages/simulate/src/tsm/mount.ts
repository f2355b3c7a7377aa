import { TSM_REPORT_PATH } from '@assay/attest';
import { createTreeFiles, type TreeFiles } from '../fuse/files.ts';
import { type FuseMount, mountFuse } from '../fuse/mount.ts';
import type { TsmTree } from './tree.ts';

/** A configfs-TSM in memory, for `createTsmAttester({ files })`; errors are like Node's own. */
export function createTsmFiles(tree: TsmTree, path: string = TSM_REPORT_PATH): TreeFiles {
  return createTreeFiles(tree.root, path);
}

/** Mounts a configfs-TSM at an existing folder; needs root, `/dev/fuse` and util-linux's `mount`. */
export async function mountTsm(tree: TsmTree, mountPoint: string): Promise<FuseMount> {
  return mountFuse(tree.root, mountPoint, 'simulated-tsm');
}
