import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HealthFinding } from '../health.ts';
import { createTsmAttester, TSM_REPORT_PATH } from './attester.ts';
import type { TsmFiles } from './files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-tsm-health-'));
  await mkdir(join(folder, 'dev'));
  await mkdir(join(folder, 'proc'));
});
afterEach(() => rm(folder, { recursive: true }));

const refuse = (code: string) => (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));

/** A report folder with a provider of that name, or none at all; what was made and removed in it. */
function tsm(provider: string | undefined): { readonly files: TsmFiles; readonly calls: readonly string[] } {
  const calls: string[] = [];
  const missing = refuse(provider === 'none' ? 'ENXIO' : 'ENOENT');
  const has = provider !== undefined && provider !== 'none';
  const read = (text: string): ReturnType<TsmFiles['open']> => {
    let rest = Buffer.from(text);
    return Promise.resolve({
      async read(buffer, offset) {
        const bytesRead = rest.copy(buffer, offset);
        rest = Buffer.alloc(0);
        return { bytesRead };
      },
      write: refuse('EACCES'),
      close: () => Promise.resolve(),
    });
  };
  const called = (name: string) => async (path: string) => {
    calls.push(`${name} ${path.startsWith(`${TSM_REPORT_PATH}/assay-`)}`);
  };
  return {
    calls,
    files: {
      mkdir: has ? called('mkdir') : missing,
      rmdir: called('rmdir'),
      readdir: provider === undefined ? missing : () => Promise.resolve([]),
      open: () => read(`${provider}\n`),
    },
  };
}

const machine = async (dev: readonly string[], modules: string, mounts: string): Promise<void> => {
  for (const name of dev) await writeFile(join(folder, 'dev', name), '');
  await writeFile(join(folder, 'proc', 'modules'), modules);
  await writeFile(join(folder, 'proc', 'mounts'), mounts);
};

async function look(provider: string | undefined, path?: string): Promise<ReadonlyMap<string, HealthFinding>> {
  const attester = createTsmAttester({
    files: tsm(provider).files,
    root: folder,
    ...(path !== undefined && { path }),
  });
  const findings = await Promise.all(attester.health.map(async (check) => [check.id, await check.look()] as const));
  return new Map(findings);
}

const outcomes = (findings: ReadonlyMap<string, HealthFinding>): readonly string[] =>
  [...findings].map(([id, { outcome }]) => `${id} ${outcome}`);

const CONFIGFS = 'sysfs /sys sysfs rw 0 0\nnone /sys/kernel/config configfs rw,relatime 0 0\n';

describe('what doctor finds', () => {
  test.each([
    ['tdx_guest', 'tdx_guest 20480 0 - Live 0x0\ntsm 16384 1 tdx_guest, Live 0x0\n', 'tdx_guest'],
    ['sev-guest', 'tsm_report 16384 1 sev_guest, Live 0x0\nsev_guest 20480 0 - Live 0x0\n', 'sev_guest'],
  ])('in a guest with %s', async (device, modules, provider) => {
    await machine([device, 'null'], modules, CONFIGFS);
    const findings = await look(provider);
    expect(outcomes(findings)).toEqual([
      ...['tsm.device pass', 'tsm.module pass', 'tsm.mounted pass', 'tsm.folder pass', 'tsm.provider pass'],
    ]);
    expect(findings.get('tsm.device')?.found).toBe(join(folder, 'dev', device));
    expect(findings.get('tsm.mounted')?.found).toBe('configfs at /sys/kernel/config');
    expect(findings.get('tsm.provider')?.found).toBe(`${TSM_REPORT_PATH}: provider ${provider}`);
  });

  test('in no guest at all: each item with its remedy', async () => {
    await machine(['null'], 'tsm 16384 0 - Live 0x0\nnot_tdx_guest 1 0 - Live 0x0\n', 'sysfs /sys sysfs rw 0 0\n');
    const findings = await look(undefined);
    expect(outcomes(findings)).toEqual([
      ...['tsm.device fail', 'tsm.module fail', 'tsm.mounted fail', 'tsm.folder fail', 'tsm.provider skip'],
    ]);
    expect(findings.get('tsm.device')?.remedy).toMatch(/BIOS/);
    expect(findings.get('tsm.module')?.remedy).toMatch(/modprobe tdx_guest/);
    expect(findings.get('tsm.mounted')?.remedy).toMatch(/mount -t configfs none \/sys\/kernel\/config/);
    expect(findings.get('tsm.folder')).toMatchObject({
      found: `${TSM_REPORT_PATH}, readdir: there is no configfs-TSM (ENOENT)`,
      remedy: expect.stringMatching(/mount configfs .*modprobe.*Linux 6\.7/),
    });
  });

  test('a folder without a TEE: it is there, and no report folder can be made', async () => {
    await machine([], 'tsm 16384 0 - Live 0x0\n', CONFIGFS);
    const findings = await look('none');
    expect(findings.get('tsm.folder')?.outcome).toBe('pass');
    expect(findings.get('tsm.provider')).toMatchObject({
      outcome: 'fail',
      found: expect.stringMatching(/mkdir: no TEE driver has registered \(ENXIO\)/),
    });
  });

  test('what this user may not do is told with its own remedy', async () => {
    const files = { ...tsm('tdx_guest').files, readdir: refuse('EACCES') };
    const { health } = createTsmAttester({ files, root: folder });
    expect(await health.find(({ id }) => id === 'tsm.folder')?.look()).toEqual({
      outcome: 'fail',
      found: `${TSM_REPORT_PATH}, readdir: access is denied (EACCES)`,
      remedy: 'run as root, or ask the attestation proxy',
    });
  });

  test('a provider that cannot be verified, by name', async () => {
    await machine([], '', CONFIGFS);
    expect((await look('arm_cca_guest')).get('tsm.provider')).toMatchObject({
      outcome: 'fail',
      found: expect.stringMatching(/found "arm_cca_guest"/),
    });
  });

  test('a driver that is built into the kernel', async () => {
    await machine(['tdx_guest'], '', CONFIGFS);
    const found = (await look('tdx_guest')).get('tsm.module');
    expect(found).toEqual({ outcome: 'pass', found: `built into the kernel: ${join(folder, 'dev', 'tdx_guest')}` });
  });

  test("at another path, the kernel's own preconditions mean nothing", async () => {
    await machine([], '', '');
    expect(outcomes(await look('tdx_guest', join(folder, 'report')))).toEqual([
      ...['tsm.device skip', 'tsm.module skip', 'tsm.mounted skip', 'tsm.folder pass', 'tsm.provider pass'],
    ]);
  });

  test('a machine without /proc or /dev cannot be looked at, and that is a finding', async () => {
    await rm(join(folder, 'proc'), { recursive: true });
    await rm(join(folder, 'dev'), { recursive: true });
    const findings = await look(undefined);
    const cannot = { outcome: 'skip', found: 'cannot be looked at here: ENOENT' };
    expect([findings.get('tsm.device'), findings.get('tsm.module'), findings.get('tsm.mounted')]).toEqual([
      cannot,
      cannot,
      cannot,
    ]);
  });

  test('the provider is read in a folder of its own, which is removed', async () => {
    const { files, calls } = tsm('tdx_guest');
    expect((await createTsmAttester({ files }).detect()).available).toBe(true);
    expect(calls).toEqual(['mkdir true', 'rmdir true']);
  });
});
