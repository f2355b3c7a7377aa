import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withoutRoot } from '../../../../tools/without-root.ts';
import { realHardware } from './real-hardware.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'assay-hardware-'));
});
afterEach(() => rm(root, { recursive: true }));

async function put(path: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), '');
}

test('an ordinary machine has none', async () => {
  await put('/dev/null');
  expect(await realHardware(root)).toEqual([]);
});

describe('found', () => {
  test.each([
    ['/dev/tdx_guest', 'Intel TDX guest'],
    ['/dev/sev-guest', 'AMD SEV-SNP guest'],
    ['/dev/sgx_enclave', 'Intel SGX enclaves'],
    ['/dev/sgx/enclave', 'Intel SGX enclaves'],
    ['/var/run/dstack.sock', 'dstack guest agent'],
    ['/run/dstack/dstack.sock', 'dstack guest agent'],
    ['/var/run/tappd.sock', 'dstack guest agent'],
    ['/run/container_launcher/teeserver.sock', 'Confidential Space launcher'],
    ['/dev/attestation', 'Gramine enclave'],
  ])('%s', async (path, what) => {
    await put(path);
    expect(await realHardware(root)).toEqual([{ path, what }]);
  });

  test('all that there is', async () => {
    await put('/dev/tdx_guest');
    await put('/run/dstack.sock');
    expect((await realHardware(root)).map(({ path }) => path)).toEqual(['/dev/tdx_guest', '/run/dstack.sock']);
  });
});

describe('configfs-TSM', () => {
  const REPORTS = '/sys/kernel/config/tsm/report';

  test('counts as soon as a report can be made, and no report is left', async () => {
    await mkdir(join(root, REPORTS), { recursive: true });
    // An ordinary folder takes a report without a provider's name.
    expect(await realHardware(root)).toEqual([{ path: REPORTS, what: 'configfs-TSM, provider unknown (ENOENT)' }]);
    expect(await readdir(join(root, REPORTS))).toEqual([]);
  });

  test('counts when nobody may look', async () => {
    await mkdir(join(root, REPORTS), { recursive: true });
    await chmod(root, 0o755);
    await chmod(join(root, REPORTS), 0o500);
    expect(await withoutRoot(() => realHardware(root))).toEqual([
      { path: REPORTS, what: 'configfs-TSM, provider unknown (EACCES)' },
    ]);
    await chmod(join(root, REPORTS), 0o700);
  });
});
