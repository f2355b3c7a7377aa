import type { Command } from 'commander';
import { metricsOptions, runOptions, SERVICE_CODES } from './service.ts';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay proxy`. */
export function proxyCommand(program: Command, { io, answer }: Stage): void {
  const command = program
    .command('proxy')
    .summary('give quotes of a TDX guest to its containers')
    .description(
      'Gives statements of this TDX guest to anyone, statements with keys of their own to bearers of its token, and raw report data on its Unix socket alone. Each option is a variable (ASSAY_PORT) and a key of the file (port), too.',
    )
    .optionsGroup('Where:')
    .option('--host <address>', 'the address it listens at; 0.0.0.0 if left out')
    .option('--port <n>', 'its port; 8081 if left out, 0 takes any that is free')
    .option('--socket <path>', 'its Unix socket; /run/tdx-attestation-proxy.sock if left out');
  metricsOptions(command)
    .optionsGroup('Who may do what:')
    .option('--token-file <path>', 'the token of bearers, who may name keys in statements; mode 0640')
    .option('--raw-group <name>', 'who may open the Unix socket besides its owner, and have any report data quoted')
    .option('--allow-raw', 'raw report data although a bearer names keys: whoever gets them can make up statements')
    .optionsGroup('The machine:')
    .option('--tsm-path <dir>', 'of configfs-TSM; /sys/kernel/config/tsm/report if left out');
  runOptions(command)
    .option('--print-unit', 'print a systemd unit for this command line, tdx-attestation-proxy.service')
    .addHelpText('after', exitCodes(SERVICE_CODES))
    .action(async (options) => {
      const [{ proxy }, { stopSignal, exitAfter }] = await Promise.all([
        import('../commands/proxy.ts'),
        import('../stop.ts'),
      ]);
      const stop = exitAfter(stopSignal());
      answer(await proxy(options, io, { stop }));
    });
}
