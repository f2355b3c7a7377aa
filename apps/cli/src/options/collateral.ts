import { type Command, Option } from 'commander';
import { FILE, JSON_FLAG, type Stage } from './shared.ts';

/** Declares `assay collateral`. */
export function collateralCommand(program: Command, { io, answer }: Stage): void {
  program
    .command('collateral')
    .summary('get what vouches for evidence')
    .command('fetch')
    .summary('fetch the endorsements of a piece of evidence into a directory')
    .description(
      "Fetches collateral from Intel's service or a PCCS (https://api.trustedservices.intel.com, https://your-pccs:8081) or from AMD (https://kdsintf.amd.com). Nothing is fetched from any host but those named here.",
    )
    .argument('<file>', FILE)
    .requiredOption('--from <url>', 'the service; https, or http on this machine')
    .requiredOption('-o, --output <dir>', 'the directory')
    .addOption(
      new Option('--update <which>', 'Intel: which issue of the documents')
        .choices(['early', 'standard'])
        .conflicts('tcbEvaluationDataNumber'),
    )
    .option('--tcb-evaluation-data-number <n>', 'Intel: the issue of this number')
    .option('--root-crl <url>', "Intel: where the root's CRL is, when another host has it")
    .option('--product <name>', 'AMD: Milan, Genoa or Turin, for reports that do not say')
    .option('--vlek <file>', "AMD: the VLEK certificate, which only the guest's cloud has")
    .option(...JSON_FLAG)
    .action(async (file, options) =>
      answer(await (await import('../commands/collateral-fetch.ts')).fetchCollateral(file, options, io)),
    );
}
