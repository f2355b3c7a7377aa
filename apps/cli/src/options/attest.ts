import { type Command, Option } from 'commander';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay attest`. */
export function attestCommand(program: Command, { io, answer }: Stage): void {
  program
    .command('attest')
    .summary('make evidence of this machine')
    .description(
      'Makes evidence of the machine that it runs on: an assay.evidence/1 with a statement, as one line of JSON.',
    )
    .option('--from <attester>', 'gramine, confidential-space, dstack, proxy or tsm; the first that works if left out')
    .option('-o, --output <file>', 'where it goes; standard output if left out, or -')
    .optionsGroup('What it says:')
    .option('--nonce <hex>', "the challenger's nonce, 16 to 64 bytes")
    .option('--audience <who>', 'whom it is meant for; Confidential Space needs one')
    .option('--key <[use=]pem...>', "public keys or certificates of this workload; the use is 'tls' if left out")
    .addOption(
      new Option(
        '--report-data <hex>',
        'report data as they are, without a statement; what is shorter is followed by zeros',
      ).conflicts(['nonce', 'key']),
    )
    .optionsGroup('Options:')
    .option('--json', 'print a failure as one JSON document, too')
    .addHelpText('after', exitCodes({ 0: 'evidence was made', 2: 'usage', 3: 'no attester works here, or it failed' }))
    .action(async (options) => answer(await (await import('../commands/attest.ts')).attest(options, io)));
}
