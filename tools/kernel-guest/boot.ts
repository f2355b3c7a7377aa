import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GUEST_PORT, READY, type TdConfiguration } from './contract.ts';
import { buildInitramfs } from './initramfs.ts';
import { predictMeasurements } from './measurements.ts';
import { forwardedPorts } from './monitor.ts';
import type { GuestSystem } from './system.ts';

const COMMAND_LINE = 'console=ttyS0 quiet panic=-1 net.ifnames=0';
const MAX_LOG = 200_000;

/** What to boot. */
export interface GuestOptions {
  readonly system: GuestSystem;
  /** Path of a TypeScript program: it listens on `GUEST_PORT` and then writes `READY` to its standard output. */
  readonly program: string;
  /** Seed of the vendor that certifies the guest, and the instant of its certificates. */
  readonly seed: string;
  readonly now: Date;
  /** Ports of the guest that are reached from outside, besides `GUEST_PORT`. */
  readonly ports?: readonly number[];
  /** How long it may take until the program is ready; two minutes unless given. */
  readonly milliseconds?: number;
}

/** A virtual machine with the real configfs-TSM of Linux, whose quotes a signer inside makes for a test vendor. */
export interface Guest extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` of its program. */
  readonly origin: string;
  /** The same of one of its `ports`. */
  forwarded(port: number): string;
  /** Has its program do a task (`serveTasks`); throws the error that the task ended with. */
  ask(task: string, input?: unknown): Promise<unknown>;
  /** The release of its kernel. */
  readonly release: string;
  readonly commandLine: string;
  /** As they were predicted from its files before it booted. */
  readonly measurements: TdConfiguration['measurements'];
  /** What its console has shown so far. */
  log(): string;
}

/** Boots a guest, emulated. `await using` ends it. Throws with its console's text when it does not get ready. */
export async function bootGuest(options: GuestOptions): Promise<Guest> {
  const { system, program, seed, now, ports = [], milliseconds = 120_000 } = options;
  const initrd = await buildInitramfs(system, program);
  const kernel = readFileSync(system.kernel.image);
  const measurements = predictMeasurements({ kernel, initrd, commandLine: COMMAND_LINE });
  const configuration: TdConfiguration = { seed, now: now.toISOString(), measurements };
  const folder = mkdtempSync(join(tmpdir(), 'assay-guest-'));
  const path = (name: string): string => join(folder, name);
  // What is measured is what is booted: the kernel is copied, too.
  writeFileSync(path('kernel'), kernel);
  writeFileSync(path('initrd'), Buffer.concat(initrd));
  writeFileSync(path('td.json'), JSON.stringify(configuration), { mode: 0o600 });

  // A guest ends with the process that has it, also when that is killed.
  const qemu = spawn(system.setpriv, ['--pdeathsig', 'KILL', system.qemu, ...machine(folder, ports)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const guestConsole = watch(qemu);
  const end = async (): Promise<void> => {
    const running = qemu.pid !== undefined && qemu.exitCode === null && qemu.signalCode === null;
    const ended = running ? once(qemu, 'exit') : undefined;
    qemu.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await guestConsole.ready(milliseconds);
    const reached = await forwardedPorts(path('monitor'));
    const forwarded = (port: number): string => {
      const here = reached.get(port);
      if (here === undefined) throw new Error(`nothing is forwarded to port ${port} of the guest`);
      return `http://127.0.0.1:${here}`;
    };
    const origin = forwarded(GUEST_PORT);
    return {
      origin,
      forwarded,
      async ask(task, input = null) {
        const lost = (error: unknown): never => {
          throw new Error(`the guest does not answer; its console:\n${guestConsole.log()}`, { cause: error });
        };
        const body = JSON.stringify(input);
        const response = await fetch(`${origin}/${task}`, { method: 'POST', body }).catch(lost);
        if (!response.ok) throw new Error(`${task}, in the guest: ${await response.text()}`);
        return response.json();
      },
      release: system.kernel.release,
      commandLine: COMMAND_LINE,
      measurements,
      log: guestConsole.log,
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw new Error(`the guest did not get ready; its console:\n${guestConsole.log()}`, { cause: error });
  }
}

/**
 * QEMU's arguments. It emulates: hardware virtualisation may be there and still not work for common kernels. Without
 * `-cx16` QEMU 7.2 corrupts flags when it emulates cmpxchg16b, and the guest dies now and then.
 */
function machine(folder: string, ports: readonly number[]): readonly string[] {
  const forward = [GUEST_PORT, ...ports].map((port) => `hostfwd=tcp:127.0.0.1:0-:${port}`).join();
  return [
    ...['-no-user-config', '-nodefaults', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max,-cx16', '-smp', '2', '-m', '1024'],
    ...['-kernel', join(folder, 'kernel'), '-initrd', join(folder, 'initrd'), '-append', COMMAND_LINE],
    ...['-fw_cfg', `name=opt/assay/td,file=${join(folder, 'td.json')}`],
    ...['-netdev', `user,id=net,restrict=on,${forward}`, '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...['-serial', 'stdio', '-qmp', `unix:${join(folder, 'monitor')},server=on,wait=off`],
  ];
}

/** Collects what QEMU writes: the guest's console, and its own complaints. */
function watch(qemu: ChildProcess): { ready: (milliseconds: number) => Promise<void>; log: () => string } {
  let text = '';
  const started = Promise.withResolvers<void>();
  for (const stream of [qemu.stdout, qemu.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      text = `${text}${line}\n`.slice(-MAX_LOG);
      if (line.includes(READY)) started.resolve();
    });
  }
  qemu.once('error', started.reject);
  qemu.once('exit', (code, signal) => started.reject(new Error(`QEMU ended (${code ?? signal})`)));
  const ready = async (milliseconds: number): Promise<void> => {
    const late = (): void => started.reject(new Error(`not ready within ${milliseconds} ms`));
    const timer = setTimeout(late, milliseconds);
    await started.promise.finally(() => clearTimeout(timer));
  };
  // One that ends before it is waited for is seen when it is.
  started.promise.catch(() => undefined);
  return { ready, log: () => text };
}
