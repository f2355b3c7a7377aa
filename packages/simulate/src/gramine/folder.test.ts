import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { toHex } from '@assay/verify/codec';
import { beforeAll, describe, expect, test } from 'vitest';
import { createEntropy } from '../entropy.ts';
import { createTreeFiles, type TreeFiles } from '../fuse/files.ts';
import { issuePck, type Pck } from '../intel/pck.ts';
import type { SgxReportFields } from '../intel/report-layout.ts';
import { createIntelVendor, type IntelVendor } from '../intel/vendor.ts';
import { createSoftwareEnclave } from '../software/enclave.ts';
import { createGramineFolder, type GramineFolderOptions } from './folder.ts';

let vendor: IntelVendor;
let pck: Pck;
beforeAll(async () => {
  vendor = await createIntelVendor({ randomBytes, now: new Date('2026-11-01T12:00:00Z') });
  pck = await issuePck(vendor);
});

const entropy = createEntropy({ seed: 'folder.test' });
const files = (options: Partial<GramineFolderOptions> = {}, report: SgxReportFields = {}): TreeFiles =>
  createTreeFiles(createGramineFolder(createSoftwareEnclave(vendor, { pck, report }), { entropy, ...options }), '/a');
async function read(from: TreeFiles, name: string): Promise<Uint8Array> {
  const file = await from.open(`/a/${name}`, constants.O_RDONLY);
  const bytes = new Uint8Array(16_384);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, null);
  await file.close();
  return bytes.slice(0, bytesRead);
}
async function write(to: TreeFiles, name: string, ...writes: readonly Uint8Array[]): Promise<void> {
  const file = await to.open(`/a/${name}`, constants.O_WRONLY);
  for (const bytes of writes) await file.write(bytes, 0, bytes.length, null);
  await file.close();
}
const carried = (quote: Uint8Array): string => toHex(quote.subarray(48 + 320, 48 + 384));
const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe('user_report_data', () => {
  test('is padded with zeros, cut after 64 bytes, and nothing when read', async () => {
    const folder = files();
    expect(carried(await read(folder, 'quote'))).toBe('00'.repeat(64));
    await write(folder, 'user_report_data', filled(2, 0xaa));
    expect(carried(await read(folder, 'quote'))).toBe(`aaaa${'00'.repeat(62)}`);
    await write(folder, 'user_report_data', filled(80, 0xbb));
    expect(carried(await read(folder, 'quote'))).toBe('bb'.repeat(64));
    expect(await read(folder, 'user_report_data')).toHaveLength(0);
  });

  test('is what was written last, by whomever: each write is the whole value', async () => {
    const folder = files();
    await write(folder, 'user_report_data', filled(64, 1));
    await write(folder, 'user_report_data', filled(32, 2), filled(32, 3));
    expect(carried(await read(folder, 'quote'))).toBe('03'.repeat(32) + '00'.repeat(32));
  });

  test('counts when the quote is opened, not when it is read', async () => {
    const folder = files();
    const quote = await folder.open('/a/quote', constants.O_RDONLY);
    await write(folder, 'user_report_data', filled(64, 1));
    const bytes = new Uint8Array(8192);
    await quote.read(bytes, 0, bytes.length, 0);
    expect(carried(bytes)).toBe('00'.repeat(64));
  });
});

test('the folder has what Gramine documents, and no quote without remote attestation', async () => {
  const names = ['attestation_type', 'my_target_info', 'report', 'user_report_data', 'target_info'];
  expect(await files().readdir('/a')).toEqual([...names, 'quote', 'keys']);
  const none = files({ attestationType: 'none' });
  expect(await none.readdir('/a')).toEqual([...names, 'keys']);
  expect(Buffer.from(await read(none, 'attestation_type')).toString()).toBe('none');
  await expect(none.open('/a/quote', constants.O_RDONLY)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(files().open('/a/quote', constants.O_WRONLY)).rejects.toMatchObject({ code: 'EACCES' });
  await expect(files().unlink('/a/quote')).rejects.toMatchObject({ code: 'EACCES' });
});

test('a report is for the target and carries the report data; the target info names this enclave', async () => {
  const folder = files({}, { mrEnclave: filled(32, 7), configSvn: 3 });
  await write(folder, 'user_report_data', filled(64, 9));
  const first = await read(folder, 'report');
  expect([first.length, toHex(first.subarray(320, 384))]).toEqual([432, '09'.repeat(64)]);
  const target = await read(folder, 'my_target_info');
  expect([target.length, toHex(target.subarray(0, 32)), target[50]]).toEqual([512, '07'.repeat(32), 3]);
  await write(folder, 'target_info', target);
  const second = await read(folder, 'report');
  expect(second.subarray(0, 416)).toEqual(first.subarray(0, 416));
  expect(second.subarray(416)).not.toEqual(first.subarray(416));
});

describe('keys', () => {
  test('have 16 bytes, nothing until they are set, and refuse any other length', async () => {
    const folder = files({ keys: { default: null, mount: filled(16, 5) } });
    expect(await folder.readdir('/a/keys')).toEqual(['_sgx_mrenclave', '_sgx_mrsigner', 'default', 'mount']);
    expect(await read(folder, 'keys/default')).toHaveLength(0);
    expect(await read(folder, 'keys/mount')).toEqual(filled(16, 5));
    await expect(write(folder, 'keys/default', filled(15, 1))).rejects.toMatchObject({ code: 'EACCES' });
    await write(folder, 'keys/default', filled(16, 1));
    expect(await read(folder, 'keys/default')).toEqual(filled(16, 1));
    await expect(read(folder, 'keys/other')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('of sealing are the same for whom they are sealed to', async () => {
    const both = async (report: SgxReportFields, source = entropy) => {
      const folder = files({ entropy: source }, report);
      const keys = [await read(folder, 'keys/_sgx_mrenclave'), await read(folder, 'keys/_sgx_mrsigner')];
      return keys.map(toHex);
    };
    const [build, signer] = await both({});
    expect([build?.length, signer?.length]).toEqual([32, 32]);
    expect(await both({})).toEqual([build, signer]);
    const [otherBuild, sameSigner] = await both({ mrEnclave: filled(32, 1) });
    expect([otherBuild === build, sameSigner === signer]).toEqual([false, true]);
    for (const report of [{ mrSigner: filled(32, 1) }, { isvProdId: 9 }, { isvSvn: 9 }])
      expect((await both(report))[1]).not.toBe(signer);
    expect(await both({}, createEntropy({ seed: 'another processor' }))).not.toContain(build);
  });
});

test('only an enclave of SGX is loaded', () => {
  const source = { tee: 'tdx' as const, quote: () => Promise.reject(new Error('not asked for')) };
  expect(() => createGramineFolder(source, { entropy })).toThrow('expected one of SGX, found tdx');
});
