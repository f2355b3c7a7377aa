import { promises } from 'node:fs';
import { TSM_REPORT_PATH } from '@assay/attest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tsmConformance } from '../../../../tools/tsm-conformance/facts.ts';
import { tsmFaultConformance } from '../../../../tools/tsm-conformance/fault-facts.ts';
import { ERRNO, type ErrnoName, systemError } from '../fuse/errno.ts';
import { fuseMissing } from '../fuse/missing.ts';
import { type TemporaryMount, temporaryMount } from '../fuse/temporary-mount.ts';
import { createTsmFiles } from './mount.ts';
import { createTsmTree, type TsmTree } from './tree.ts';

const withoutFuse = await fuseMissing();

/** A provider that signs nothing: bytes around those that it was given, other ones each time. */
const newTree = (): TsmTree => {
  let made = 0;
  return createTsmTree({
    provider: 'tdx_guest',
    async report(inblob) {
      if (inblob.length !== 64) throw systemError('EINVAL');
      made += 1;
      return Buffer.concat([Buffer.alloc(568, made), inblob, Buffer.alloc(7000, 2)]);
    },
  });
};

const failing =
  (tree: TsmTree) =>
  async (errno: number): Promise<void> => {
    const name = Object.keys(ERRNO).find((known) => ERRNO[known as ErrnoName] === errno);
    tree.setFaults(name === undefined ? {} : { errno: name as ErrnoName });
  };

describe('in memory', () => {
  const tree = newTree();
  const files = createTsmFiles(tree);

  test.each(tsmConformance)('$name', ({ run }) => run(files, TSM_REPORT_PATH));
  test.each(tsmFaultConformance)('$name', ({ run }) => run(files, TSM_REPORT_PATH, failing(tree)));

  test('without a provider no folder can be made: ENXIO', async () => {
    const none = createTsmFiles(createTsmTree({ provider: undefined, report: async (inblob) => inblob }));
    await expect(none.mkdir(`${TSM_REPORT_PATH}/one`)).rejects.toMatchObject({
      code: 'ENXIO',
      errno: -6,
      syscall: 'mkdir',
    });
  });
});

describe.skipIf(withoutFuse)(`over FUSE${withoutFuse ? ` (${withoutFuse})` : ''}`, () => {
  const tree = newTree();
  let mounted: TemporaryMount;
  beforeAll(async () => {
    mounted = await temporaryMount(tree.root);
  });
  afterAll(() => mounted[Symbol.asyncDispose]());

  test.each(tsmConformance.filter(({ notOverFuse }) => notOverFuse === undefined))('$name', ({ run }) =>
    run(promises, mounted.path),
  );
  test.each(tsmFaultConformance)('$name', ({ run }) => run(promises, mounted.path, failing(tree)));
});
