import type { Command } from 'commander';
import { APP_COMPOSE, EVENT_LOG, FILE, JSON_FLAG, STATEMENT, type Stage } from './shared.ts';

/** Declares `assay bundle`. */
export function bundleCommand(program: Command, { io, answer }: Stage): void {
  program
    .command('bundle')
    .summary('keep evidence with its endorsements, to be judged again later')
    .description('Writes an assay.bundle/1: evidence, endorsements, and the record of a verdict made now.')
    .argument('<file>', FILE)
    .requiredOption('--collateral <path>', 'directory or file of endorsements')
    .requiredOption('-o, --output <file>', 'the bundle')
    .optionsGroup('The verdict on record:')
    .option('--at <time>', 'the instant to judge at, ISO 8601; now if left out')
    .option('--policy <file>', 'the policy to judge by, YAML or JSON')
    .option('--expect <name=hex...>', 'a reference value, such as mrenclave=…')
    .option('--nonce <hex>', 'the nonce that you sent')
    .option('--report-data <hex>', 'the report data that you expect')
    .option('--profile <name>', 'how report data were made')
    .option('--root-ca <pem>', "trust this root besides the vendor's; what it anchors is simulated")
    .option('--allow-simulated', 'accept simulated evidence')
    .optionsGroup('What belongs to the evidence:')
    .option(...EVENT_LOG)
    .option(...APP_COMPOSE)
    .option(...STATEMENT)
    .optionsGroup('Options:')
    .option(...JSON_FLAG)
    .action(async (file, options) => answer(await (await import('../commands/bundle.ts')).bundle(file, options, io)));
}
