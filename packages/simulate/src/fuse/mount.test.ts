import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fuseMissing } from './missing.ts';
import { mountFuse } from './mount.ts';
import { temporaryMount } from './temporary-mount.ts';
import type { FuseFolder } from './tree.ts';

const withoutFuse = await fuseMissing();
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
  const { readFile } = await import('node:fs/promises');
  const { mountFuse } = await import(${JSON.stringify(new URL('./mount.ts', import.meta.url).href)});
  const { promise: asked, resolve } = Promise.withResolvers();
  const read = () => {
    console.log('asked');
    resolve();
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

  describe('of a process of its own', () => {
    let path: string;
    let child: ChildProcessByStdio<null, Readable, null>;
    let said: AsyncIterator<unknown>;
    beforeEach(async () => {
      path = await mkdtemp(join(tmpdir(), 'assay-mount-'));
    });
    afterEach(async () => {
      child.kill('SIGKILL');
      await expect.poll(() => isMounted(path)).toBe(false);
      await rmdir(path);
    });

    /** Has it mount, and do something more; what it says is read line by line. */
    function start(more = ''): void {
      child = spawn(process.execPath, ['--input-type=module', '-e', `${serving}\n${more}`, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    }
    const line = async (): Promise<unknown> => (await said.next()).value;

    test('goes when it exits', async () => {
      start(`console.log((await readFile('/proc/mounts', 'utf8')).includes(process.argv[1])); process.exit(7);`);
      expect([await line(), await line()]).toEqual(['mounted', 'true']);
      expect(await once(child, 'exit')).toEqual([7, null]);
      await expect.poll(() => isMounted(path)).toBe(false);
      expect(await readdir(path)).toEqual([]);
    });

    test('goes when it is killed, and leaves nobody waiting', async () => {
      start();
      expect(await line()).toBe('mounted');
      const read = run('cat', [join(path, 'slow')]);
      expect(await line()).toBe('asked');
      child.kill('SIGKILL');
      await expect(read).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('connection abort') });
      await expect.poll(() => isMounted(path)).toBe(false);
    });

    test.each(['SIGINT', 'SIGKILL'] as const)('lets go of whoever reads a slow file and gets %s', async (signal) => {
      start();
      expect(await line()).toBe('mounted');
      const reader = spawn('cat', [join(path, 'slow')], { stdio: 'ignore' });
      const exit = once(reader, 'exit');
      expect(await line()).toBe('asked');
      reader.kill(signal);
      expect(await exit).toEqual([null, signal]);
    });

    test.each(['SIGKILL', 'SIGTERM'] as const)(
      'goes at %s while it reads its own files, and so does it',
      async (signal) => {
        start(`readFile(process.argv[1] + '/slow').catch(() => undefined);`);
        expect([await line(), await line()]).toEqual(['mounted', 'asked']);
        const exit = once(child, 'exit');
        child.kill(signal);
        expect(await exit).toEqual([null, signal]);
      },
    );

    test('goes when it exits while it reads its own files', async () => {
      start(`readFile(process.argv[1] + '/slow').catch(() => undefined); asked.then(() => process.exit(7));`);
      expect(await once(child, 'exit')).toEqual([7, null]);
    });
  });

  test('at a folder that is not there fails, and says so', async () => {
    const mounting = mountFuse(folderOf({}), join(tmpdir(), 'assay-mount-that-is-not-there'));
    await expect(mounting).rejects.toThrow(/ENOENT: .*assay-mount-that-is-not-there/);
  });

  test('that the kernel refuses fails, and says so', async () => {
    const path = await mkdtemp(join(tmpdir(), 'assay-mount-'));
    const file = join(path, 'file');
    await writeFile(file, '');
    await expect(mountFuse(folderOf({}), file)).rejects.toThrow(
      /^mount .*file: failed with 32: .*; it needs root and/s,
    );
    expect(await isMounted(file)).toBe(false);
    await rm(path, { recursive: true });
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
