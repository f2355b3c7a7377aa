import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Attester } from '@assay/attest';
import { PROXY_ALIASES, printConfig, proxyConfig, proxyUnit } from '@assay/server';
import type { Answer } from '../answer.ts';
import { EXIT } from '../failure.ts';
import type { Io } from '../io.ts';
import { serviceAnnouncement } from '../serving/announcement.ts';
import { configurationOf, type ServiceFlags } from '../serving/configuration.ts';
import { proxyService } from '../serving/proxy.ts';
import { withService } from '../serving/service.ts';
import { stopped } from '../stop.ts';
import { version } from '../version.ts';

/** Options of `assay proxy`. */
export interface ProxyFlags extends ServiceFlags {
  readonly printUnit?: boolean;
}

/** What a proxy depends on besides its options. */
export interface ProxySurroundings {
  /** Ends it. */
  readonly stop: AbortSignal;
  /** Default: the configfs-TSM of this machine. */
  readonly attester?: Attester;
}

/** Gives quotes of a TDX guest to its containers until it is told to stop. Throws `usage`. */
export async function proxy(
  { printUnit, ...flags }: ProxyFlags,
  io: Io,
  { stop, attester }: ProxySurroundings,
): Promise<Answer> {
  const config = await configurationOf({ schema: proxyConfig, aliases: PROXY_ALIASES }, flags, io);
  if (flags.printConfig) return { output: printConfig(config, proxyConfig), exitCode: EXIT.trusted };
  if (printUnit) {
    const { rawGroup } = config.values;
    return { output: proxyUnit({ command: commandLine(flags), rawGroup }), exitCode: EXIT.trusted };
  }
  await withService(proxyService(config.values, io, attester), io, async (reachable) => {
    const running = { service: 'proxy', version: version(), evidence: attester?.name ?? 'tsm', reachable } as const;
    io.stdout(serviceAnnouncement(running, flags.json, io));
    await stopped(stop);
  });
  return { output: '', exitCode: EXIT.trusted };
}

/** The command, installed or in a checkout. */
const PROGRAM = join(import.meta.dirname, '../../bin/assay.js');
/** Options that name files: a unit starts elsewhere. */
const FILES: readonly string[] = ['config', 'socket', 'tokenFile', 'tsmPath'];

/** The command line that was given, as it works in any folder. */
function commandLine({ printConfig: _, ...flags }: ServiceFlags): readonly string[] {
  const given = Object.entries(flags).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value !== 'string') return value === true ? [flag] : [];
    return [flag, FILES.includes(name) ? resolve(value) : value];
  });
  return [process.execPath, realpathSync(PROGRAM), 'proxy', ...given];
}
