import type { Command } from 'commander';
import { exitCodes, JSON_FLAG, type Stage } from './shared.ts';

/** Declares `assay doctor`. */
export function doctorCommand(program: Command, { io, answer }: Stage): void {
  program
    .command('doctor')
    .summary('say which attesters work here, and what the others lack')
    .description('Looks at everything that attesters need, and says what to do about what is missing.')
    .option('--from <attester>', 'only this one: gramine, confidential-space, dstack, proxy or tsm')
    .option(...JSON_FLAG)
    .addHelpText('after', exitCodes({ 0: 'an attester works here', 1: 'none does', 2: 'usage' }))
    .action(async (options) => answer(await (await import('../commands/doctor.ts')).doctor(options, io)));
}
