import { randomBytes } from 'node:crypto';
import { createTsmAttester, TSM_REPORT_PATH, type TsmFiles, type TsmOptions } from '@assay/attest';
import { describe, expect, test } from 'vitest';
import { type ErrnoName, systemError } from '../fuse/errno.ts';
import type { TreeFiles } from '../fuse/files.ts';
import { issuePck } from '../intel/pck.ts';
import { createIntelVendor } from '../intel/vendor.ts';
import { createSoftwareTd } from '../software/td.ts';
import { createTsmFiles } from './mount.ts';
import { createTsmTree, type TsmTree, type TsmTreeOptions } from './tree.ts';

const vendor = await createIntelVendor({ seed: 'tsm-trouble.test', now: new Date('2026-03-01T12:00:00Z') });
const td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
const reportData = randomBytes(64);

/** A configfs-TSM with a TD behind it, and what its driver was asked for. */
function newTsm(change: Partial<TsmTreeOptions> = {}): { tree: TsmTree; files: TreeFiles; asked: Uint8Array[] } {
  const asked: Uint8Array[] = [];
  const tree = createTsmTree({
    provider: 'tdx_guest',
    async report(inblob) {
      asked.push(inblob);
      return td.quote(inblob);
    },
    ...change,
  });
  return { tree, files: createTsmFiles(tree), asked };
}

/** What the attester says, and how often it paused for how long. */
async function refusal(files: TsmFiles, options: TsmOptions = {}): Promise<[string, readonly number[]]> {
  const pauses: number[] = [];
  const sleep = async (milliseconds: number): Promise<void> => {
    pauses.push(milliseconds);
  };
  try {
    await createTsmAttester({ files, sleep, ...options }).evidence({ reportData });
    return ['accepted', pauses];
  } catch (error) {
    expect(error).toMatchObject({ code: 'unavailable' });
    return [error instanceof Error ? error.message : '', pauses];
  }
}

describe('each error of the driver becomes a message with a remedy', () => {
  test.each<[ErrnoName, RegExp]>([
    ['EINVAL', /outblob: the driver refused the request \(EINVAL\); .*dmesg/],
    ['EINTR', /outblob: the call was interrupted \(EINTR\); ask again/],
    ['EAGAIN', /outblob: the report was changed while it was made \(EAGAIN\); ask again/],
    ['EBUSY', /outblob: an earlier quote is still in flight.* \(EBUSY\); wait and ask again.*qgsd/],
    ['ETIMEDOUT', /outblob: the host did not deliver a quote within the kernel's 30 s \(ETIMEDOUT\); .*qgsd/],
    ['EIO', /outblob: the host refused to make a quote \(EIO\); .*quote-generation-socket/],
    ['EFBIG', /outblob: the quote is larger than the kernel's buffer \(EFBIG\); use a newer guest kernel/],
    ['ENXIO', /outblob: no TEE driver has registered \(ENXIO\); .*modprobe tdx_guest/],
    ['EACCES', /outblob: access is denied \(EACCES\); run as root, or ask the attestation proxy/],
    ['EPERM', /outblob: access is denied \(EPERM\); run as root/],
    ['ENOENT', /outblob: the report folder is gone.* \(ENOENT\); ask again/],
    ['ENOMEM', /outblob: the kernel failed \(ENOMEM\); .*dmesg/],
  ])('%s', async (errno, message) => {
    const { tree, files } = newTsm();
    tree.setFaults({ errno });
    const [said] = await refusal(files);
    expect(said).toMatch(message);
    expect(said).toContain(`${TSM_REPORT_PATH}, outblob`);
    expect(tree.root.names()).toEqual([]);
  });

  test('an empty quote', async () => {
    const { tree, files } = newTsm();
    tree.setFaults({ blob: 'empty' });
    expect((await refusal(files))[0]).toMatch(/outblob: it is empty: the host's quoting service failed; .*registered/);
    expect(tree.root.names()).toEqual([]);
  });

  test('no provider', async () => {
    const { files } = newTsm({ provider: undefined });
    expect((await refusal(files))[0]).toMatch(/mkdir: no TEE driver has registered \(ENXIO\); .*BIOS/);
    const { available, looked } = await createTsmAttester({ files }).detect();
    expect([available, looked[0]]).toEqual([false, `${TSM_REPORT_PATH}: the folder is there`]);
    expect(looked[1]).toMatch(/mkdir: no TEE driver has registered/);
  });

  test('no configfs-TSM', async () => {
    const { files } = newTsm();
    const path = '/nowhere';
    expect((await refusal(files, { path }))[0]).toMatch(/mkdir: there is no configfs-TSM \(ENOENT\); mount configfs/);
    const detection = await createTsmAttester({ files, path }).detect();
    expect(detection).toEqual({ available: false, looked: ['/nowhere, readdir: there is no configfs-TSM (ENOENT)'] });
  });

  test.each(['arm_cca_guest', 'unheard_of'])('the provider %s, by name', async (provider) => {
    const { tree, files } = newTsm({ provider });
    const message = new RegExp(`expected the provider tdx_guest or sev_guest, found "${provider}"`);
    expect((await refusal(files))[0]).toMatch(message);
    const { available, looked } = await createTsmAttester({ files }).detect();
    expect([available, looked[1]]).toEqual([false, expect.stringMatching(message)]);
    expect(tree.root.names()).toEqual([]);
  });

  test('a provider whose evidence is of another TEE', async () => {
    const { files } = newTsm({ provider: 'sev_guest' });
    expect((await refusal(files))[0]).toMatch(/evidence of the kind tdx where snp was expected; /);
  });

  test('report data of another length are a mistake of the caller, and reach no kernel', async () => {
    const { files, asked } = newTsm();
    const request = createTsmAttester({ files }).evidence({ reportData: new Uint8Array(65) });
    await expect(request).rejects.toMatchObject({ code: 'usage', details: { field: 'reportData' } });
    expect(asked).toEqual([]);
  });
});

describe('tries again only where that is safe', () => {
  test.each<[ErrnoName, number, readonly number[]]>([
    ['EINTR', 4, []],
    ['EAGAIN', 4, []],
    ['EBUSY', 6, [250, 500, 1000, 2000, 4000]],
    ['EIO', 1, []],
    ['ETIMEDOUT', 1, []],
    ['EINVAL', 1, []],
  ])('%s: %i attempts with pauses %j', async (errno, attempts, pauses) => {
    let count = 0;
    const { files, tree } = newTsm({
      async report() {
        count += 1;
        throw systemError(errno);
      },
    });
    const [, paused] = await refusal(files);
    expect([count, paused]).toEqual([attempts, pauses]);
    expect(tree.root.names()).toEqual([]);
  });

  test('and answers once the driver is free again', async () => {
    let busy = 3;
    const { files } = newTsm({
      async report(inblob) {
        busy -= 1;
        if (busy > 0) throw systemError('EBUSY');
        return td.quote(inblob);
      },
    });
    expect(await refusal(files)).toEqual(['accepted', [250, 500]]);
  });

  test('a full line refuses at once', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { files } = newTsm({ report: (inblob) => promise.then(() => td.quote(inblob)) });
    const attester = createTsmAttester({ files });
    const fitting = Array.from({ length: 257 }, () => attester.evidence({ reportData }));
    await expect(attester.evidence({ reportData })).rejects.toThrow(/256 requests wait already/);
    resolve();
    await expect(Promise.all(fitting)).resolves.toHaveLength(257);
  });
});
