import { execFile, spawn } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { mountFuse } from './mount.ts';
import { fuseMissing, temporaryMount } from './temporary-mount.ts';
import type { FuseFolder } from './tree.ts';

const withoutFuse = fuseMissing();
const run = promisify(execFile);

const folderOf = (files: Readonly<Record<string, () => string | Promise<string>>>): FuseFolder => {
  const nodes = new Map(
    Object.entries(files).map(([name, content]) => {
      const read = async (offset: number, length: number): Promise<Buffer> =>
        Buffer.from(await content()).subarray(offset, offset + length);
      return [name, { kind: 'file', mode: 0o444, size: 0, open: () => ({ read }) } as const];
    }),
  );
  return { kind: 'folder', mode: 0o755, names: () => [...nodes.keys()], lookup: (name) => nodes.get(name) };
};

const isMounted = async (path: string): Promise<boolean> =>
  (await readFile('/proc/mounts', 'utf8')).split('\n').some((line) => line.split(' ')[1] === path);

/** What a process of its own runs to serve one slow file at its first argument. */
const serving = `
  const { readFileSync } = await import('node:fs');
  const { mountFuse } = await import(${JSON.stringify(new URL('./mount.ts', import.meta.url).href)});
  const read = () => {
    console.log('asked');
    return new Promise(() => {});
  };
  const slow = { kind: 'file', mode: 0o444, size: 0, open: () => ({ read }) };
  await mountFuse({ kind: 'folder', mode: 0o755, names: () => ['slow'], lookup: () => slow }, process.argv[1]);
  console.log('mounted');`;

describe.skipIf(withoutFuse)(`a mount${withoutFuse === undefined ? '' : ` (${withoutFuse})`}`, () => {
  test('is there for other processes, and gone afterwards', async () => {
    const mounted = await temporaryMount(folderOf({ name: () => 'value' }));
    const { stdout } = await run('cat', [join(mounted.path, 'name')]);
    expect([stdout, await isMounted(mounted.path)]).toEqual(['value', true]);
    await mounted[Symbol.asyncDispose]();
    expect(await isMounted(mounted.path)).toBe(false);
    await expect(stat(mounted.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('more reads than the pool has threads do not wait for each other', async () => {
    const all = Promise.withResolvers<string>();
    let waiting = 0;
    const slow = (): Promise<string> => {
      waiting += 1;
      if (waiting === 3) all.resolve('now');
      return all.promise;
    };
    await using mounted = await temporaryMount(folderOf({ slow, fast: () => 'fast' }));
    const reads = Promise.all(Array.from({ length: 3 }, () => readFile(join(mounted.path, 'slow'), 'utf8')));
    expect(await readFile(join(mounted.path, 'fast'), 'utf8')).toBe('fast');
    expect(await reads).toEqual(['now', 'now', 'now']);
  });

  test('goes although a file is open and a read is under way: both fail', async () => {
    const begun = Promise.withResolvers<void>();
    const never = Promise.withResolvers<string>();
    const slow = (): Promise<string> => {
      begun.resolve();
      return never.promise;
    };
    const mounted = await temporaryMount(folderOf({ slow, fast: () => 'fast' }));
    const fast = await open(join(mounted.path, 'fast'));
    const read = readFile(join(mounted.path, 'slow')).then(
      () => 'read',
      (error: NodeJS.ErrnoException) => error.code,
    );
    await begun.promise;
    await mounted[Symbol.asyncDispose]();
    expect(await read).toBe('ECONNABORTED');
    await expect(fast.read(Buffer.alloc(10), 0, 10, 0)).rejects.toMatchObject({ code: 'ENOTCONN' });
    await fast.close().catch(() => undefined);
  });

  test('goes with a process that exits', async () => {
    const path = await mkdtemp(join(tmpdir(), 'assay-mount-'));
    const script = `${serving} console.log(readFileSync('/proc/mounts', 'utf8').includes(process.argv[1])); process.exit(7);`;
    const ended = run(process.execPath, ['--input-type=module', '-e', script, path]);
    await expect(ended).rejects.toMatchObject({ code: 7, stdout: 'mounted\ntrue\n' });
    expect([await isMounted(path), await readdir(path)]).toEqual([false, []]);
    await rmdir(path);
  });

  test('of a process that is killed leaves nobody waiting', async () => {
    const path = await mkdtemp(join(tmpdir(), 'assay-mount-'));
    const child = spawn(process.execPath, ['--input-type=module', '-e', serving, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = child.stdout[Symbol.asyncIterator]();
    expect(String((await said.next()).value)).toBe('mounted\n');
    const read = run('cat', [join(path, 'slow')]);
    expect(String((await said.next()).value)).toBe('asked\n');
    child.kill('SIGKILL');
    await expect(read).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('connection abort') });
    await run('umount', ['-l', path]);
    await rmdir(path);
  });

  test('at a folder that is not there fails, and says so', async () => {
    const mounting = mountFuse(folderOf({}), join(tmpdir(), 'assay-mount-that-is-not-there'));
    await expect(mounting).rejects.toThrow(/^mount .*assay-mount-that-is-not-there: failed with 32: .*util-linux$/s);
  });

  test('that somebody else unmounts is gone, and that is as good', async () => {
    const mounted = await temporaryMount(folderOf({}));
    await run('umount', [mounted.path]);
    expect(await isMounted(mounted.path)).toBe(false);
    await mounted[Symbol.asyncDispose]();
    await expect(stat(mounted.path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('disposing twice is one unmount', async () => {
    const path = await mkdtemp(join(tmpdir(), 'assay-mount-'));
    const mount = await mountFuse(folderOf({}), path);
    await mount[Symbol.asyncDispose]();
    await mount[Symbol.asyncDispose]();
    await rmdir(path);
  });
});
