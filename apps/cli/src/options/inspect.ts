import type { Command } from 'commander';
import { FILE, JSON_FLAG, type Stage } from './shared.ts';

/** Declares `assay inspect`. */
export function inspectCommand(program: Command, { io, answer }: Stage): void {
  program
    .command('inspect')
    .summary('decode evidence, whatever its kind')
    .description(
      'Decodes a quote, report, token, event log, certificate with evidence, envelope or bundle. Nothing is verified.',
    )
    .argument('<file>', FILE)
    .option(...JSON_FLAG)
    .action(async (file, options) => answer(await (await import('../commands/inspect.ts')).inspect(file, options, io)));
}
