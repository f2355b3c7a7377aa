import { execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertDirectory, writeDirectory, writeWhole } from './directory.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = (...names: string[]): Map<string, Uint8Array> =>
  new Map(names.map((name) => [name, Buffer.from(`new ${name}`)]));

test('a new directory appears with all its files, and nothing beside it', async () => {
  const target = join(folder, 'deep', 'collateral');
  await writeDirectory(target, files('tcbInfo.json', 'pckCrl.der'));
  expect((await readdir(target)).sort()).toEqual(['pckCrl.der', 'tcbInfo.json']);
  expect(await readdir(join(folder, 'deep'))).toEqual(['collateral']);
  expect(await readFile(join(target, 'tcbInfo.json'), 'utf8')).toBe('new tcbInfo.json');
});

test("an older set is replaced; another vendor's and the evidence stay", async () => {
  const old = ['tcbInfo.json', 'pckCert.pem', 'pckSignChain.pem', 'vcek.der', 'quote.bin', 'meta.json'];
  for (const name of old) await writeFile(join(folder, name), `old ${name}`);
  await writeDirectory(folder, files('tcbInfo.json', 'pckCrl.der'));
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(['meta.json', 'pckCrl.der', 'quote.bin', 'tcbInfo.json', 'vcek.der']);
  expect(await readFile(join(folder, 'tcbInfo.json'), 'utf8')).toBe('new tcbInfo.json');
  expect(await readFile(join(folder, 'quote.bin'), 'utf8')).toBe('old quote.bin');
});

test('a place that is no directory is a mistake of the caller, found before anything is fetched', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  await expect(assertDirectory(path)).rejects.toMatchObject({ code: 'usage', details: { field: '-o' } });
  await expect(assertDirectory(join(path, 'below'))).rejects.toMatchObject({ code: 'usage' });
  await expect(assertDirectory('')).rejects.toMatchObject({ code: 'usage' });
  await expect(writeDirectory(path, files('a'))).rejects.toMatchObject({ code: 'usage' });
  await assertDirectory(join(folder, 'new'));
});

test('what fails half-way leaves nothing behind', async () => {
  const target = join(folder, 'present');
  await mkdir(target);
  for (const path of [target, join(folder, 'absent')]) {
    await expect(writeDirectory(path, files('tcbInfo.json', 'no/such/folder'))).rejects.toMatchObject({
      code: 'usage',
    });
  }
  expect(await readdir(folder)).toEqual(['present']);
  expect(await readdir(target)).toEqual([]);
});

test('one file is written whole, over an older one', async () => {
  const path = join(folder, 'bundle.json');
  await writeWhole(path, Buffer.from('1'));
  await writeWhole(path, Buffer.from('2'));
  expect(await readdir(folder)).toEqual(['bundle.json']);
  expect(await readFile(path, 'utf8')).toBe('2');
  await expect(writeWhole(join(folder, 'no', 'bundle.json'), Buffer.from(''))).rejects.toMatchObject({ code: 'usage' });
});

test('what is no plain file is written to, and not replaced', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [text] = await Promise.all([readFile(pipe, 'utf8'), writeWhole(pipe, Buffer.from('1'))]);
  expect([text, (await lstat(pipe)).isFIFO()]).toEqual(['1', true]);
  await expect(writeWhole(folder, Buffer.from('1'))).rejects.toThrow(`-o: ${folder}: is a directory`);
  await expect(writeWhole('', Buffer.from('1'))).rejects.toThrow('-o: expected a file');
});

test('a link stays one: the file that it leads to is replaced', async () => {
  await writeFile(join(folder, 'file'), 'old');
  await symlink('file', join(folder, 'link'));
  await writeWhole(join(folder, 'link'), Buffer.from('new'));
  expect((await lstat(join(folder, 'link'))).isSymbolicLink()).toBe(true);
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('new');
});
