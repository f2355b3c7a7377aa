import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { clearDeadMount, SOURCE } from './dead-mount.ts';

let folder: Folder;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** A new folder with a mount whose server is gone, as one that was killed leaves it; undefined where none can be made. */
async function deadMount(name: string, source: string): Promise<string | undefined> {
  const path = folder.path(name);
  await mkdir(path);
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  let device: number;
  try {
    device = openSync('/dev/fuse', 'r+');
  } catch {
    return undefined;
  }
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0';
  const { status } = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, '--', source, path], {
    stdio: ['ignore', 'ignore', 'ignore', device],
    timeout: 10_000,
  });
  closeSync(device);
  return status === 0 ? path : undefined;
}

const isMounted = async (path: string): Promise<boolean> =>
  (await readFile('/proc/self/mounts', 'utf8')).includes(` ${path.replaceAll(' ', '\\040')} `);

test('a mount of a simulation that was killed is unmounted', async (context) => {
  const path = await deadMount('of ours', SOURCE);
  if (path === undefined) return context.skip('nothing can be mounted here');
  expect(await isMounted(path)).toBe(true);
  await clearDeadMount(path);
  expect([await isMounted(path), await readdir(path)]).toEqual([false, []]);
});

test("somebody else's stays; what to run is said", async (context) => {
  const path = await deadMount('theirs', 'sshfs');
  if (path === undefined) return context.skip('nothing can be mounted here');
  try {
    await expect(clearDeadMount(path)).rejects.toThrow(
      `--directory: ${path}: a mount that nobody serves is there; run: sudo umount -l ${path}`,
    );
    expect(await isMounted(path)).toBe(true);
  } finally {
    spawnSync('umount', ['-l', path]);
  }
});

test('a folder, and nothing at all, are left as they are', async () => {
  await mkdir(folder.path('plain'));
  await clearDeadMount(folder.path('plain'));
  await clearDeadMount(folder.path('nothing'));
  expect(await readdir(folder.path('plain'))).toEqual([]);
});
