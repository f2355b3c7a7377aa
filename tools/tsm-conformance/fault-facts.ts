import assert from 'node:assert/strict';
import type { TsmFiles } from '@assay/attest';
import { data, generation, get, inFolder, put } from './steps.ts';

/** One fact about a provider that fails: `fail` makes it fail with an error number, or with 0 not any more. */
export interface FaultConformanceCase {
  readonly name: string;
  run(files: TsmFiles, path: string, fail: (errno: number) => Promise<void>): Promise<void>;
}

const EIO = 5;
const EBUSY = 16;

/** The facts of a provider that fails. */
export const tsmFaultConformance: readonly FaultConformanceCase[] = [EBUSY, EIO].map((errno) => ({
  name: `a provider's error ${errno} is seen when outblob is read, and gone when the provider works again`,
  run: (files, path, fail) =>
    inFolder(files, path, async (folder) => {
      await fail(errno);
      try {
        await put(files, folder, data(16));
        await assert.rejects(get(files, `${folder}/outblob`), { errno: -errno });
      } finally {
        await fail(0);
      }
      assert.ok((await get(files, `${folder}/outblob`)).includes(data(16)));
      assert.equal(await generation(files, folder), '1\n');
    }),
}));
