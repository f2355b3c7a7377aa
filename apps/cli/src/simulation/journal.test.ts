import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Folder, makeFolder } from '../../../../tools/demo-folder.ts';
import { clearLeftovers, note } from './journal.ts';

let folder: Folder;
let directory: string;
beforeEach(async () => {
  folder = await makeFolder();
  directory = folder.path('simulation');
  await mkdir(`${directory}/roots`, { recursive: true });
  await writeFile(`${directory}/roots/intel.pem`, 'old');
});
afterEach(() => folder[Symbol.asyncDispose]());

test('what is on the list is removed, with the list', async () => {
  await note(directory, `${directory}/roots`);
  await note(directory, `${directory}/roots/intel.pem`);
  expect((await stat(`${directory}/simulation.list`)).mode & 0o777).toBe(0o600);
  await clearLeftovers(directory);
  expect(await readdir(directory)).toEqual([]);
});

test('what others put there stays', async () => {
  await note(directory, `${directory}/roots`);
  await clearLeftovers(directory);
  expect(await readdir(directory, { recursive: true })).toEqual(['roots', 'roots/intel.pem']);
  await clearLeftovers(directory);
});

test.each(['../other', '/OTHER', 'roots/../../other', '..', '.', '', './roots/intel.pem'])(
  'a list that names %j removes nothing',
  async (name) => {
    await folder.write({ other: 'precious' });
    await writeFile(`${directory}/simulation.list`, `${name.replace('/OTHER', folder.path('other'))}\n`);
    await clearLeftovers(directory);
    expect(await readFile(folder.path('other'), 'utf8')).toBe('precious');
    expect(await readdir(directory, { recursive: true })).toEqual(['roots', 'roots/intel.pem']);
  },
);
