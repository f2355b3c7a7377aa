import type { Command } from 'commander';
import { metricsOptions, runOptions, SERVICE_CODES } from './service.ts';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay serve collateral`. */
export function collateralOptions(serve: Command, { io, answer }: Stage): void {
  const command = serve
    .command('collateral')
    .summary("Intel's and AMD's endorsements: the paths of a PCCS and of AMD's KDS, for browsers, too")
    .description(
      'Keeps what vouches for quotes and reports, checks it, renews it in time, and serves it while the vendors are away. Each option is a variable (ASSAY_PORT) and a key of the file (port), too.',
    )
    .optionsGroup('Where:')
    .option('--host <address>', 'the address it listens at; 127.0.0.1 if left out')
    .option('--port <n>', 'its port; 8084 if left out, 0 takes any that is free');
  metricsOptions(command)
    .optionsGroup('The vendors:')
    .option('--pcs <url>', "a PCS v4 or PCCS, or off; Intel's own if left out")
    .option('--root-crl <url>', "where Intel's root CRL is, if not at the host of the service")
    .option('--kds <url>', "a key distribution service, or off; AMD's own if left out")
    .option('--root-ca <pem>', 'root certificates of a simulation')
    .option('--misses-per-minute <n>', 'how often callers make it ask a vendor for what it lacks; 60 if left out')
    .optionsGroup('What it keeps:')
    .option('--database <file>', 'a file of SQLite; made if there is none')
    .option('--database-url-file <file>', 'has the URL of a Postgres database, which instances may share')
    .option('--durability <what>', 'what SQLite survives: process (its end, if left out), or full (power loss)')
    .option('--max-documents <n>', 'documents at most; 2000 if left out')
    .option('--import <file>', 'takes in what another one exported; each document is checked')
    .option('--token-file <file>', 'has the token whose bearer may GET /export; nobody may if left out');
  runOptions(command)
    .addHelpText('after', exitCodes({ ...SERVICE_CODES, 3: 'the database is away' }))
    .action(async (options) => {
      const [{ serveCollateral }, { stopSignal, exitAfter }] = await Promise.all([
        import('../commands/serve-collateral.ts'),
        import('../stop.ts'),
      ]);
      answer(await serveCollateral(options, io, exitAfter(stopSignal())));
    });
}
