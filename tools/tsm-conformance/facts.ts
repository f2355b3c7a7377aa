import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import type { TsmFiles } from '@assay/attest';
import { data, generation, get, inFolder, put, readFrom, refused, withFile, writeTo } from './steps.ts';

/** What the suite needs beside what an attester uses; node:fs/promises has it. */
export interface ConformanceFiles extends TsmFiles {
  stat(path: string): Promise<{ readonly mode: number; readonly size: number }>;
  unlink(path: string): Promise<void>;
}

/** One fact about configfs-TSM. `path` is the folder `report`, with a provider that wants 64 bytes. */
export interface ConformanceCase {
  readonly name: string;
  /** Why it cannot be seen through FUSE, where it cannot. */
  readonly notOverFuse?: string;
  run(files: ConformanceFiles, path: string): Promise<void>;
}

const { O_CREAT, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** A case that needs one folder. */
const inOne = (
  name: string,
  work: (files: ConformanceFiles, folder: string) => Promise<void>,
): Pick<ConformanceCase, 'name' | 'run'> => ({
  name,
  run: (files, path) => inFolder(files, path, (folder) => work(files, folder)),
});

/** The facts of configfs-TSM as Linux 6.12 has them. */
export const tsmConformance: readonly ConformanceCase[] = [
  inOne('a folder has files with these modes and sizes', async (files, folder) => {
    const names = ['generation', 'inblob', 'outblob', 'provider'];
    const found = (await files.readdir(folder)).filter((name) => names.includes(name)).sort();
    assert.deepEqual(found, names);
    for (const [name, mode, size] of [
      ['inblob', 0o200, 0],
      ['outblob', 0o444, 0],
      ['generation', 0o444, 4096],
      ['provider', 0o444, 4096],
    ] as const) {
      const stat = await files.stat(`${folder}/${name}`);
      assert.deepEqual([name, stat.mode & 0o7777, stat.size], [name, mode, size]);
    }
  }),
  inOne('a new folder is generation 0 and names its provider in one line', async (files, folder) => {
    assert.equal(await generation(files, folder), '0\n');
    assert.match((await get(files, `${folder}/provider`)).toString(), /^[a-z_]+\n$/);
  }),
  inOne('outblob before inblob is EINVAL', (files, folder) => refused('EINVAL', get(files, `${folder}/outblob`))),
  inOne('a report has what was written in it; reading it changes nothing', async (files, folder) => {
    await put(files, folder, data(1));
    assert.equal(await generation(files, folder), '1\n');
    const report = await get(files, `${folder}/outblob`);
    assert.ok(report.includes(data(1)));
    assert.deepEqual(await get(files, `${folder}/outblob`), report);
    assert.equal(await generation(files, folder), '1\n');
  }),
  inOne('readers at the same time get one report', async (files, folder) => {
    await put(files, folder, data(2));
    const [one, other] = await Promise.all([get(files, `${folder}/outblob`), get(files, `${folder}/outblob`)]);
    assert.deepEqual(one, other);
  }),
  inOne('inblob can be written again: a new generation and a new report', async (files, folder) => {
    await put(files, folder, data(2));
    await get(files, `${folder}/outblob`);
    await put(files, folder, data(3));
    assert.equal(await generation(files, folder), '2\n');
    const report = await get(files, `${folder}/outblob`);
    assert.ok(report.includes(data(3)) && !report.includes(data(2)));
  }),
  inOne('what is written counts when the file is closed', async (files, folder) => {
    await withFile(files, `${folder}/inblob`, O_WRONLY, async (file) => {
      await writeTo(file, data(4));
      assert.equal(await generation(files, folder), '0\n');
      await refused('EINVAL', get(files, `${folder}/outblob`));
    });
    assert.equal(await generation(files, folder), '1\n');
  }),
  inOne('a file that is closed without a write changes nothing', async (files, folder) => {
    await withFile(files, `${folder}/inblob`, O_WRONLY, async () => undefined);
    assert.equal(await generation(files, folder), '0\n');
  }),
  inOne('two writes of 32 bytes are one of 64', async (files, folder) => {
    await withFile(files, `${folder}/inblob`, O_WRONLY, async (file) => {
      await writeTo(file, data(5).subarray(0, 32));
      await writeTo(file, data(5).subarray(32));
    });
    assert.equal(await generation(files, folder), '1\n');
    assert.ok((await get(files, `${folder}/outblob`)).includes(data(5)));
  }),
  inOne('32 bytes are taken, and refused by the provider when outblob is read', async (files, folder) => {
    await put(files, folder, data(6, 32));
    assert.equal(await generation(files, folder), '1\n');
    await refused('EINVAL', get(files, `${folder}/outblob`));
  }),
  inOne('65 bytes are EFBIG, yet a new generation without inblob', async (files, folder) => {
    await put(files, folder, data(7));
    await refused('EFBIG', put(files, folder, data(7, 65)));
    assert.equal(await generation(files, folder), '2\n');
    await refused('EINVAL', get(files, `${folder}/outblob`));
  }),
  {
    ...inOne('no bytes are EFAULT, yet a new generation without inblob', async (files, folder) => {
      await refused('EFAULT', put(files, folder, new Uint8Array()));
      assert.equal(await generation(files, folder), '1\n');
      await refused('EINVAL', get(files, `${folder}/outblob`));
    }),
    notOverFuse: 'the kernel does not pass on a write of no bytes',
  },
  inOne('an open outblob goes on with the old report', async (files, folder) => {
    await put(files, folder, data(8));
    const whole = await get(files, `${folder}/outblob`);
    await withFile(files, `${folder}/outblob`, O_RDONLY, async (file) => {
      const first = await readFrom(file, 100);
      await put(files, folder, data(9));
      const second = await readFrom(file, 700);
      assert.deepEqual(Buffer.concat([first, second]), whole.subarray(0, 800));
    });
    assert.ok((await get(files, `${folder}/outblob`)).includes(data(9)));
  }),
  inOne('an open generation goes on with the old number', async (files, folder) => {
    await withFile(files, `${folder}/generation`, O_RDONLY, async (file) => {
      assert.equal((await readFrom(file, 1)).toString(), '0');
      await put(files, folder, data(10));
      assert.equal((await readFrom(file, 10)).toString(), '\n');
    });
  }),
  ...(
    [
      ['inblob', O_RDONLY],
      ['inblob', O_RDWR],
      ['outblob', O_WRONLY],
      ['outblob', O_RDWR],
      ['generation', O_WRONLY],
      ['provider', O_WRONLY],
    ] as const
  ).map(([name, flags]) =>
    inOne(`opening ${name} with flags ${flags} is EACCES, even for root`, (files, folder) =>
      refused(
        'EACCES',
        withFile(files, `${folder}/${name}`, flags, async () => undefined),
      ),
    ),
  ),
  inOne('no file can be created: EACCES', (files, folder) =>
    refused(
      'EACCES',
      withFile(files, `${folder}/other`, O_CREAT | O_WRONLY, async () => undefined),
    ),
  ),
  inOne('no other file exists: ENOENT', (files, folder) => refused('ENOENT', get(files, `${folder}/other`))),
  inOne('no file can be removed: EPERM', (files, folder) => refused('EPERM', files.unlink(`${folder}/inblob`))),
  inOne('no folder can be made in a folder: EPERM', (files, folder) => refused('EPERM', files.mkdir(`${folder}/more`))),
  inOne('the same folder twice is EEXIST', (files, folder) => refused('EEXIST', files.mkdir(folder))),
  inOne('removing a file as a folder is ENOTDIR', (files, folder) =>
    refused('ENOTDIR', files.rmdir(`${folder}/inblob`)),
  ),
  {
    name: 'a folder is removed with its files in it, once',
    async run(files, path) {
      const folder = `${path}/conformance-${crypto.randomUUID()}`;
      await files.mkdir(folder);
      await put(files, folder, data(11));
      await files.rmdir(folder);
      await refused('ENOENT', files.rmdir(folder));
      await refused('ENOENT', files.stat(`${folder}/outblob`));
    },
  },
  {
    name: 'a folder that is removed and made again starts anew',
    async run(files, path) {
      const folder = `${path}/conformance-${crypto.randomUUID()}`;
      await files.mkdir(folder);
      await put(files, folder, data(12));
      await files.rmdir(folder);
      await files.mkdir(folder);
      assert.equal(await generation(files, folder), '0\n');
      await refused('EINVAL', get(files, `${folder}/outblob`));
      await files.rmdir(folder);
    },
  },
  {
    name: 'an outblob that is open when its folder goes is ENOENT',
    async run(files, path) {
      const folder = `${path}/conformance-${crypto.randomUUID()}`;
      await files.mkdir(folder);
      await put(files, folder, data(13));
      await withFile(files, `${folder}/outblob`, O_RDONLY, async (file) => {
        await files.rmdir(folder);
        await refused('ENOENT', readFrom(file, 100));
      });
    },
  },
  {
    name: 'two folders know nothing of each other',
    run: (files, path) =>
      inFolder(files, path, (one) =>
        inFolder(files, path, async (other) => {
          await put(files, one, data(14));
          assert.equal(await generation(files, other), '0\n');
          await refused('EINVAL', get(files, `${other}/outblob`));
          await put(files, other, data(15));
          assert.ok((await get(files, `${one}/outblob`)).includes(data(14)));
          assert.ok((await get(files, `${other}/outblob`)).includes(data(15)));
        }),
      ),
  },
];
