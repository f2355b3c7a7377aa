import type { Command } from 'commander';
import { metricsOptions, runOptions, SERVICE_CODES } from './service.ts';
import { exitCodes, type Stage } from './shared.ts';

/** Declares `assay serve verifier`. */
export function verifierOptions(serve: Command, { io, answer }: Stage): void {
  const command = serve
    .command('verifier')
    .summary('verdicts for callers with API keys: /v1/challenges, /v1/verify, /v1/verdicts, /v1/policies, /docs')
    .description(
      'Gives out nonces, judges the evidence made for them under stored policies, and keeps each verdict. Speaks HTTP: put a proxy with TLS before it. Each option is a variable (ASSAY_PORT) and a key of the file (port), too.',
    )
    .optionsGroup('Where:')
    .option('--host <address>', 'the address it listens at; 127.0.0.1 if left out')
    .option('--port <n>', 'its port; 8083 if left out, 0 takes any that is free');
  metricsOptions(command)
    .optionsGroup('What it keeps:')
    .option('--database <file>', 'a file of SQLite; made if there is none')
    .option('--database-url-file <file>', 'has the URL of a Postgres database, which instances may share')
    .option(
      '--durability <what>',
      'what verdicts in SQLite survive: process (its end, if left out), or full (power loss)',
    )
    .option('--keep-days <n>', 'days that verdicts are kept, and answer their idempotency keys; for good if left out')
    .optionsGroup('Who may ask:')
    .option('--keys-file <file>', 'its API keys, a line each; read again whenever it changes')
    .option('--caller-rate <n>', 'requests of one caller in a second; 200 if left out')
    .option('--peer-rate <n>', 'requests of one address in a second; 1000 if left out')
    .option('--new-key <id>', 'print a new key for a caller, and the line for the file; serve nothing')
    .option('--admin', 'the new key may write policies')
    .optionsGroup('How it judges:')
    .option('--collateral-from <url>', 'a PCS, PCCS or KDS for endorsements; those with evidence if left out')
    .option('--challenge-seconds <n>', 'how long a nonce is good; 300 if left out')
    .option('--token-keys <folder>', 'signs tokens (EAR) with keys in this folder; no tokens if left out')
    .option('--url <address>', "the service's own address, the issuer of tokens; http://HOST:PORT if left out")
    .option('--dstack-policy <id>', 'the policy whose releases POST /verify of dstack-verifier takes for good images')
    .option('--root-ca <pem>', 'root certificates of a simulation')
    .option('--allow-simulated', 'simulated evidence may be trusted (needs --root-ca)');
  runOptions(command)
    .addHelpText('after', exitCodes({ ...SERVICE_CODES, 3: 'the database is away' }))
    .action(async (options) => {
      const [{ serveVerifier }, { stopSignal, exitAfter }] = await Promise.all([
        import('../commands/serve-verifier.ts'),
        import('../stop.ts'),
      ]);
      answer(await serveVerifier(options, io, exitAfter(stopSignal())));
    });
}
