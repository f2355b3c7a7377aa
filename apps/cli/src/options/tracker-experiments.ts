import type { Command } from 'commander';
import { exitCodes, JSON_FLAG, type Stage } from './shared.ts';

/** Declares `assay tracker experiments`. */
export function experimentsOptions(group: Command, { io, answer }: Stage): void {
  group
    .command('experiments')
    .summary('measure a tracker: keys, quotes, registrations, receipts, announces')
    .description(
      'Starts a tracker in this process and measures it, with a simulated TEE and without. Writes tables and figures. Any request that is not answered with success ends the run.',
    )
    .option('--iterations <n>', 'rounds of each kind of work', '1000')
    .option('--duration <seconds>', 'how long announces are made', '60')
    .option('-o, --output <folder>', 'where the results go', 'experiments/results')
    .option('--no-png', 'write figures as SVG only')
    .option(...JSON_FLAG)
    .addHelpText('after', exitCodes({ 0: 'measured', 2: 'usage', 3: 'a request failed, or a figure was not drawn' }))
    .action(async (options) => {
      const { trackerExperiments } = await import('../commands/tracker-experiments.ts');
      answer(await trackerExperiments(options, io));
    });
}
