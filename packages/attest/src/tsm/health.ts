import { promises } from 'node:fs';
import { AssayError } from '@assay/verify';
import { systemCode, unavailable } from '../failure.ts';
import { failureOf, findingAfter, findingOf } from '../finding.ts';
import type { HealthCheck, HealthFinding } from '../health.ts';
import { lookAtFolder, lookAtProvider } from './detect.ts';
import { readSystemFile } from './read-file.ts';
import type { ReportPlace } from './report.ts';

/** What `assay doctor` looks at. */
export interface TsmHealthOptions {
  readonly place: ReportPlace;
  readonly timeoutMs: number;
  /** The folder that stands for `/` where devices, modules and mounts are looked for. */
  readonly root: string;
  /** The kernel's own folder; for any other, device, module and mount mean nothing. */
  readonly own: boolean;
}

const DEVICES = ['tdx_guest', 'sev-guest'] as const;
/** Drivers, and the module below them under its older and newer name. */
const MODULES = ['tdx_guest', 'sev_guest', 'tsm', 'tsm_report'] as const;
const ENABLE = "enable TDX or SEV-SNP in the host's BIOS and for this VM";
const LOAD = 'load the driver: modprobe tdx_guest, or modprobe sev-guest';
const MOUNT = 'mount it: mount -t configfs none /sys/kernel/config';

/** The preconditions of configfs-TSM, in the order in which they depend on each other. */
export function tsmHealth({ place, timeoutMs, root, own }: TsmHealthOptions): readonly HealthCheck[] {
  const { path } = place;
  const [dev, proc] = [`${root}/dev`, `${root}/proc`];
  const kernel = (id: string, requires: string, look: () => Promise<string>): HealthCheck => ({
    id,
    requires,
    look: async () => (own ? findingOfKernel(look) : skip(`${path} is not the kernel's own folder`)),
  });
  const folder = (signal?: AbortSignal): Promise<string> => lookAtFolder(place, { milliseconds: timeoutMs, signal });
  return [
    kernel('tsm.device', 'The machine is a TDX or SEV-SNP guest.', () => device(dev)),
    kernel('tsm.module', "The TEE's driver is loaded.", () => moduleLoaded(dev, proc)),
    kernel('tsm.mounted', 'configfs is mounted.', () => mounted(proc, path)),
    {
      id: 'tsm.folder',
      requires: 'configfs-TSM has its report folder.',
      look: (signal) => findingOf(() => folder(signal)),
    },
    {
      id: 'tsm.provider',
      requires: 'A TEE driver makes reports that can be verified.',
      look: (signal) =>
        findingAfter(
          () => folder(signal),
          'no report folder',
          () => lookAtProvider(place, { milliseconds: timeoutMs, signal }),
        ),
    },
  ];
}

async function device(dev: string): Promise<string> {
  const found = await devicesIn(dev);
  if (found.length > 0) return found.join(', ');
  throw unavailable(`neither ${DEVICES.map((name) => `${dev}/${name}`).join(' nor ')}`, ENABLE);
}

async function moduleLoaded(dev: string, proc: string): Promise<string> {
  const table = await readSystemFile(`${proc}/modules`);
  const loaded = MODULES.filter((name) => table.split('\n').some((line) => line.startsWith(`${name} `)));
  if (loaded.some((name) => name.endsWith('_guest'))) return `${proc}/modules: ${loaded.join(', ')}`;
  const devices = await devicesIn(dev);
  if (devices.length > 0) return `built into the kernel: ${devices.join(', ')}`;
  throw unavailable(`${proc}/modules: neither tdx_guest nor sev_guest`, LOAD);
}

async function mounted(proc: string, path: string): Promise<string> {
  const lines = (await readSystemFile(`${proc}/mounts`)).split('\n').map((line) => line.split(' '));
  const at = lines.find(([, point = '', kind]) => kind === 'configfs' && path.startsWith(`${point}/`))?.[1];
  if (at !== undefined) return `configfs at ${at}`;
  throw unavailable(`${proc}/mounts: no configfs above ${path}`, MOUNT);
}

async function devicesIn(dev: string): Promise<readonly string[]> {
  const names = await promises.readdir(dev);
  return DEVICES.filter((name) => names.includes(name)).map((name) => `${dev}/${name}`);
}

/** What the kernel does not let this process see says nothing. */
async function findingOfKernel(look: () => Promise<string>): Promise<HealthFinding> {
  try {
    return { outcome: 'pass', found: await look() };
  } catch (error) {
    if (error instanceof AssayError) return failureOf(error);
    return skip(`cannot be looked at here: ${systemCode(error) ?? 'unexpected error'}`);
  }
}

const skip = (found: string): HealthFinding => ({ outcome: 'skip', found });
