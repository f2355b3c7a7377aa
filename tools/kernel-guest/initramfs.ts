import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { bundle } from './bundle.ts';
import { cpio, type Entry } from './cpio.ts';
import { providerModule } from './provider.ts';
import type { GuestSystem } from './system.ts';

const INSIDE = resolve(import.meta.dirname, 'inside');

/** Debian's kernel modules that the guest needs, by their path in the folder of modules. */
const MODULES = [
  'fs/configfs/configfs',
  'drivers/firmware/qemu_fw_cfg',
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
  'drivers/virt/coco/tsm',
];

/** The guest's whole file system, in pieces: busybox, Node, the modules, the signer and one program in TypeScript. */
export async function buildInitramfs(system: GuestSystem, program: string): Promise<readonly Uint8Array[]> {
  const unpack = (module: string): Uint8Array =>
    execFileSync(system.busybox, ['xzcat', join(system.kernel.modules, `${module}.ko.xz`)], { maxBuffer: 16e6 });
  const executable = (path: string): Entry => ({ bytes: readFileSync(path), executable: true });
  const files = new Map<string, Entry>([
    ['bin/busybox', executable(system.busybox)],
    ['bin/node', executable(system.node)],
    ['init', executable(join(INSIDE, 'init.sh'))],
    ['modules/tsm_simulated.ko', { bytes: providerModule(system) }],
    ['programs/signer.mjs', { bytes: Buffer.from(await bundle(join(INSIDE, 'signer.ts'))) }],
    ['programs/program.mjs', { bytes: Buffer.from(await bundle(program)) }],
    ...system.libraries.map((path) => [path.slice(1), executable(path)] as const),
    ...MODULES.map((module) => [`modules/${basename(module)}.ko`, { bytes: unpack(module) }] as const),
  ]);
  const folders = new Set(['proc', 'sys', 'dev', 'tmp', 'run', ...[...files.keys()].flatMap(parentsOf)]);
  return cpio({
    ...Object.fromEntries([...folders].map((folder) => [folder, 'folder'])),
    ...Object.fromEntries(files),
  });
}

/** Outermost first: the kernel makes no folder by itself. */
function parentsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === '.' ? [] : [...parentsOf(parent), parent];
}
