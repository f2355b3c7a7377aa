import { randomBytes } from 'node:crypto';
import { createTsmAttester, type TsmFiles, type TsmHandle } from '@assay/attest';
import { describe, expect, test } from 'vitest';
import type { TreeFiles } from '../fuse/files.ts';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor } from '../intel/vendor.ts';
import { createSoftwareTd } from '../software/td.ts';
import { createTsmFiles } from './mount.ts';
import { createTsmTree, type TsmTree } from './tree.ts';

const vendor = await createIntelVendor({ seed: 'tsm-hostile.test', now: new Date('2026-03-01T12:00:00Z') });
const td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
const reportData = randomBytes(64);

type Report = (inblob: Uint8Array) => Promise<Uint8Array>;

function newTsm(report: Report = (inblob) => td.quote(inblob)): { tree: TsmTree; files: TreeFiles } {
  const tree = createTsmTree({ provider: 'tdx_guest', report });
  return { tree, files: createTsmFiles(tree) };
}

/** Files of which one reads otherwise; everything else is as it was. */
function reading(files: TreeFiles, name: string, read: (truth: TsmHandle) => TsmHandle['read']): TsmFiles {
  return {
    ...files,
    async open(path, flags) {
      const handle = await files.open(path, flags);
      return path.endsWith(`/${name}`) ? { ...handle, read: read(handle) } : handle;
    },
  };
}

const says = (text: string): ((truth: TsmHandle) => TsmHandle['read']) => {
  return () => {
    let place = 0;
    return async (buffer, offset) => {
      const bytes = Buffer.from(text).subarray(place);
      place = text.length;
      buffer.set(bytes, offset);
      return { bytesRead: bytes.length };
    };
  };
};

const refusal = (files: TsmFiles): Promise<string> =>
  createTsmAttester({ files })
    .evidence({ reportData })
    .then(
      () => 'accepted',
      (error: unknown) => String(error),
    );

describe('hostile files', () => {
  test('a giant outblob is read up to 1 MiB', async () => {
    let handed = 0;
    const { tree, files } = newTsm();
    const giant = reading(files, 'outblob', () => async (_buffer, _offset, length) => {
      handed += length;
      return { bytesRead: length };
    });
    expect(await refusal(giant)).toMatch(/outblob: it does not end/);
    expect(handed).toBeLessThanOrEqual(1_048_576 + 65_536);
    expect(tree.root.names()).toEqual([]);
  });

  test('an outblob of 1 MiB and one byte from the driver', async () => {
    const { tree, files } = newTsm(async () => new Uint8Array(1_048_577));
    expect(await refusal(files)).toMatch(/outblob: it does not end/);
    expect(tree.root.names()).toEqual([]);
  });

  test('an outblob that is no quote', async () => {
    const { files } = newTsm(async (inblob) => Buffer.concat([Buffer.from('quote: '), inblob]));
    expect(await refusal(files)).toMatch(/71 bytes that are no quote, report or token/);
  });

  test('a quote that is cut off', async () => {
    const { files } = newTsm(async (inblob) => (await td.quote(inblob)).subarray(0, 700));
    expect(await refusal(files)).toMatch(/evidence that does not parse \(dcap\.quote\./);
  });

  test.each([
    ['an endless generation', '1'.repeat(300)],
    ['a generation that is no number', '-1\n'],
    ['an empty generation', ''],
  ])('%s', async (_name, text) => {
    const { tree, files } = newTsm();
    expect(await refusal(reading(files, 'generation', says(text)))).toMatch(/generation: it is not what the kernel/);
    expect(tree.root.names()).toEqual([]);
  });

  test.each(['', '\n', 'tdx_guest\nsev_guest\n', 'tdx guest\n', 'x'.repeat(1000)])('provider %j', async (text) => {
    const { tree, files } = newTsm();
    expect(await refusal(reading(files, 'provider', says(text)))).toMatch(/provider: it is not what the kernel/);
    expect(tree.root.names()).toEqual([]);
  });

  test('a write that takes less than all 64 bytes', async () => {
    const { tree, files } = newTsm();
    const short: TsmFiles = {
      ...files,
      async open(path, flags) {
        const handle = await files.open(path, flags);
        return { ...handle, write: (buffer, offset, _length, position) => handle.write(buffer, offset, 63, position) };
      },
    };
    expect(await refusal(short)).toMatch(/inblob: it did not take all 64 bytes/);
    expect(tree.root.names()).toEqual([]);
  });
});

describe('somebody else writes into the report folder', () => {
  /** Writes other report data, through the same files, when a file is opened for reading. */
  const meddling = (files: TreeFiles, name: string, times: number): TsmFiles => {
    let left = times;
    return {
      ...files,
      async open(path, flags) {
        if (path.endsWith(`/${name}`) && left > 0) {
          left -= 1;
          const inblob = await files.open(path.replace(/[a-z]+$/, 'inblob'), 1);
          await inblob.write(randomBytes(64), 0, 64, null);
          await inblob.close();
        }
        return files.open(path, flags);
      },
    };
  };

  test('a few times: asked again in another folder', async () => {
    const { tree, files } = newTsm();
    expect(await refusal(meddling(files, 'outblob', 3))).toBe('accepted');
    expect(tree.root.names()).toEqual([]);
  });

  test('always: refused', async () => {
    const { tree, files } = newTsm();
    expect(await refusal(meddling(files, 'outblob', 100))).toMatch(/generation: the generation changed: somebody else/);
    expect(tree.root.names()).toEqual([]);
  });
});

describe('giving up', () => {
  test('the deadline passes while the kernel works: the line waits for it, and the folder goes when it returns', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let reports = 0;
    const { tree, files } = newTsm(async (inblob) => {
      reports += 1;
      if (reports === 1) await promise;
      return td.quote(inblob);
    });
    const hasty = createTsmAttester({ files, timeoutMs: 30 });
    await expect(hasty.evidence({ reportData })).rejects.toThrow(/no answer within 30 ms; .*qgsd/);
    expect(tree.root.names()).toHaveLength(1);
    await expect(hasty.evidence({ reportData })).rejects.toThrow(/no answer within 30 ms/);
    expect(reports).toBe(1);
    resolve();
    await expect.poll(() => tree.root.names()).toEqual([]);
  });

  test('a caller that calls it off gets its own reason; the next one is answered when the kernel has returned', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let reports = 0;
    const { tree, files } = newTsm(async (inblob) => {
      reports += 1;
      begun.resolve();
      if (reports === 1) await promise;
      return td.quote(inblob);
    });
    const attester = createTsmAttester({ files });
    const controller = new AbortController();
    const first = attester.evidence({ reportData, signal: controller.signal });
    const second = attester.evidence({ reportData });
    await begun.promise;
    controller.abort(new Error('no longer needed'));
    await expect(first).rejects.toThrow('no longer needed');
    expect([reports, tree.root.names().length]).toEqual([1, 1]);
    resolve();
    expect(Buffer.from((await second).evidence).includes(reportData)).toBe(true);
    expect([reports, tree.root.names()]).toEqual([2, []]);
  });

  test('a caller that has called it off before never reaches the kernel', async () => {
    const { tree, files } = newTsm(() => Promise.reject(new Error('asked')));
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(createTsmAttester({ files }).evidence({ reportData, signal })).rejects.toThrow('too late');
    expect(tree.root.names()).toEqual([]);
  });

  test('a caller that calls it off while it waits is passed over', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let reports = 0;
    const { files } = newTsm(async (inblob) => {
      reports += 1;
      await promise;
      return td.quote(inblob);
    });
    const attester = createTsmAttester({ files });
    const controller = new AbortController();
    const first = attester.evidence({ reportData });
    const second = attester.evidence({ reportData, signal: controller.signal });
    const third = attester.evidence({ reportData });
    controller.abort(new Error('left the line'));
    await expect(second).rejects.toThrow('left the line');
    resolve();
    await Promise.all([first, third]);
    expect(reports).toBe(2);
  });
});
