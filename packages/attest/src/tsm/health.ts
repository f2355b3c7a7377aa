import { promises } from 'node:fs';
import type { Deadline } from '../deadline.ts';
import { systemCode } from '../failure.ts';
import type { HealthCheck, HealthFinding } from '../health.ts';
import { lookAtFolder, lookAtProvider, reasonOf } from './detect.ts';
import { readSystemFile } from './read-file.ts';
import type { ReportPlace } from './report.ts';

/** What `assay doctor` looks at. */
export interface TsmHealthOptions {
  readonly place: ReportPlace;
  readonly timeoutMs: number;
  readonly dev: string;
  readonly proc: string;
  /** The kernel's own folder; for any other, device, module and mount mean nothing. */
  readonly own: boolean;
}

const DEVICES = ['tdx_guest', 'sev-guest'] as const;
/** Drivers, and the module below them under its older and newer name. */
const MODULES = ['tdx_guest', 'sev_guest', 'tsm', 'tsm_report'] as const;
const ENABLE = "enable TDX or SEV-SNP in the host's BIOS and for this VM";
const LOAD = 'load the driver: modprobe tdx_guest, or modprobe sev-guest';
const FOLDER_MISSING = `mount configfs (mount -t configfs none /sys/kernel/config), and ${LOAD}; it needs Linux 6.7 or later`;
const MOUNT = 'mount it: mount -t configfs none /sys/kernel/config';

/** The preconditions of configfs-TSM, in the order in which they depend on each other. */
export function tsmHealth({ place, timeoutMs, dev, proc, own }: TsmHealthOptions): readonly HealthCheck[] {
  const { path } = place;
  const kernel = (id: string, requires: string, look: () => Promise<HealthFinding>): HealthCheck => ({
    id,
    requires,
    look: () => (own ? guarded(look) : Promise.resolve(skip(`${path} is not the kernel's own folder`))),
  });
  return [
    kernel('tsm.device', 'The machine is a TDX or SEV-SNP guest.', () => device(dev)),
    kernel('tsm.module', "The TEE's driver is loaded.", () => moduleLoaded(dev, proc)),
    kernel('tsm.mounted', 'configfs is mounted.', () => mounted(proc, path)),
    {
      id: 'tsm.folder',
      requires: 'configfs-TSM has its report folder.',
      look: (signal) => looked(path, FOLDER_MISSING, () => lookAtFolder(place, { milliseconds: timeoutMs, signal })),
    },
    {
      id: 'tsm.provider',
      requires: 'A TEE driver makes reports that can be verified.',
      look: (signal) => provided(place, { milliseconds: timeoutMs, signal }),
    },
  ];
}

async function device(dev: string): Promise<HealthFinding> {
  const found = await devicesIn(dev);
  const all = DEVICES.map((name) => `${dev}/${name}`);
  return found.length > 0 ? pass(found.join(', ')) : fail(`neither ${all.join(' nor ')}`, ENABLE);
}

async function moduleLoaded(dev: string, proc: string): Promise<HealthFinding> {
  const table = await readSystemFile(`${proc}/modules`);
  const loaded = MODULES.filter((name) => table.split('\n').some((line) => line.startsWith(`${name} `)));
  if (loaded.some((name) => name.endsWith('_guest'))) return pass(`${proc}/modules: ${loaded.join(', ')}`);
  const devices = await devicesIn(dev);
  if (devices.length > 0) return pass(`built into the kernel: ${devices.join(', ')}`);
  return fail(`${proc}/modules: neither tdx_guest nor sev_guest`, LOAD);
}

async function mounted(proc: string, path: string): Promise<HealthFinding> {
  const lines = (await readSystemFile(`${proc}/mounts`)).split('\n').map((line) => line.split(' '));
  const at = lines.find(([, point = '', kind]) => kind === 'configfs' && path.startsWith(`${point}/`))?.[1];
  return at === undefined ? fail(`${proc}/mounts: no configfs above ${path}`, MOUNT) : pass(`configfs at ${at}`);
}

async function provided(place: ReportPlace, deadline: Deadline): Promise<HealthFinding> {
  const { path } = place;
  const folder = await looked(path, FOLDER_MISSING, () => lookAtFolder(place, deadline));
  if (folder.outcome === 'fail') return skip(folder.found);
  const remedy = `${ENABLE}, and ${LOAD}`;
  return looked(path, remedy, async () => `${path}: provider ${await lookAtProvider(place, deadline)}`);
}

async function devicesIn(dev: string): Promise<readonly string[]> {
  const names = await promises.readdir(dev);
  return DEVICES.filter((name) => names.includes(name)).map((name) => `${dev}/${name}`);
}

async function looked(path: string, remedy: string, look: () => Promise<string>): Promise<HealthFinding> {
  try {
    return pass(await look());
  } catch (error) {
    return fail(reasonOf(error, path), remedy);
  }
}

async function guarded(look: () => Promise<HealthFinding>): Promise<HealthFinding> {
  try {
    return await look();
  } catch (error) {
    return skip(`cannot be looked at here: ${systemCode(error) ?? 'unexpected error'}`);
  }
}

const pass = (found: string): HealthFinding => ({ outcome: 'pass', found });
const skip = (found: string): HealthFinding => ({ outcome: 'skip', found });
const fail = (found: string, remedy: string): HealthFinding => ({ outcome: 'fail', found, remedy });
