import type { Command } from 'commander';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay simulate`. */
export function simulateCommand(program: Command, { io, answer }: Stage): void {
  program
    .command('simulate')
    .summary('stand in for vendors and TEEs, so that all of it runs on this machine')
    .description(
      'Runs simulated vendors with certificate authorities of their own, and the machines that they vouch for, until interrupted. Says what runs where, and which commands to use next. What they sign proves nothing.',
    )
    .argument('[world]', 'intel, amd, google, dstack, tsm or all', 'all')
    .option('--seed <text>', 'the same keys again for the same text: they are no secret then')
    .option('--directory <dir>', 'where sockets, mounts, roots and policies go; a new folder if left out')
    .option('--ports <first>', 'the first of its six ports, 8090 if left out; 0 takes any that are free')
    .option('--beside-hardware', 'start although this machine attests for real')
    .optionsGroup('The guest of dstack:')
    .option('--app-compose <file>', 'the app-compose.json that it boots')
    .option('--dstack-version <version>', 'the release that it behaves like, 0.4.2 to 0.6.x')
    .optionsGroup('Options:')
    .option('--json', 'print what runs as one JSON document')
    .addHelpText('after', exitCodes({ 0: 'told to stop', 2: 'usage, a place that is taken, or real hardware' }))
    .action(async (world, options) => {
      const [{ simulate }, { stopSignal }] = await Promise.all([
        import('../commands/simulate.ts'),
        import('../stop.ts'),
      ]);
      answer(await simulate(world, options, io, { stop: stopSignal() }));
    });
}
