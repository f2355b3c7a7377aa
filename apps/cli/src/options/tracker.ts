import type { Command } from 'commander';
import { metricsOptions, runOptions, SERVICE_CODES } from './service.ts';
import { exitCodes, JSON_FLAG, type Stage } from './shared.ts';
import { experimentsOptions } from './tracker-experiments.ts';
import { peerOptions } from './tracker-peer.ts';

/** Declares `assay tracker`. */
export function trackerCommand(program: Command, stage: Stage): void {
  const group = program
    .command('tracker')
    .summary('track torrents, with a ledger that nobody can mint in alone')
    .description(
      'Tracks torrents over HTTP and UDP until interrupted, and keeps who gave whom how much. `assay tracker serve --help` has its options; each is a variable (ASSAY_PORT) and a key of the file (port), too.',
    )
    .enablePositionalOptions();
  serveOptions(group, stage);
  auditOptions(group, stage);
  peerOptions(group, stage);
  experimentsOptions(group, stage);
}

const QUICK_START = `
To try it on this machine: put .torrent files into a folder, then
  assay tracker --dev --torrents FOLDER       http://localhost:8000/docs has every call
Users register (POST /register) and put the announce address of the answer into their clients.`;

function serveOptions(group: Command, { io, answer }: Stage): void {
  const command = group
    .command('serve', { isDefault: true })
    .summary('the tracker itself (the default)')
    .description('Serves announces, scrapes, and the calls that /docs describes.')
    .optionsGroup('Where:')
    .option('--host <address>', 'the address it listens at; 0.0.0.0 if left out')
    .option('--port <n>', 'its port; 8000 if left out, 0 takes any that is free')
    .option('--udp-port <n>', 'its port over UDP, or off; the same number if left out')
    .option('--trusted-proxies <networks...>', 'proxies whose word about the address of a client counts');
  metricsOptions(command)
    .optionsGroup('What it tracks and keeps:')
    .option('--instance-id <id>', 'its id in registrations and receipts; made from its key if left out')
    .option('--torrents <folder>', 'the .torrent files that are tracked, read at the start; none if left out')
    .option('--database <file>', 'a file of SQLite, made if there is none; tracker.db if left out')
    .option('--database-url-file <file>', 'has the URL of a Postgres database')
    .option('--durability <what>', 'what SQLite keeps: process (its end, if left out), or full (power loss)')
    .option('--key-file <file>', 'its secret, where no TEE gives keys; tracker.key, made if there is none')
    .option('--epoch-seconds <n>', 'length of an epoch; 3600 if left out')
    .option('--min-ratio <x>', 'least ratio with which one may download; 0.5 if left out')
    .option('--max-peers <n>', 'peers for who does not say how many; 50 if left out')
    .option('--grant <bytes>', 'what each new user is given; 0 if left out')
    .optionsGroup('Who may what:')
    .option('--admin-token-file <file>', 'the token of the operator, for keys and configuration')
    .option('--dev', 'programs of this machine may do that, too; refused in a TEE')
    .option('--max-users <n>', 'how many may register; 1000000 if left out')
    .option('--peer-rate <n>', 'requests of one address in a second; 100 if left out')
    .optionsGroup('The TEE:')
    .option('--tee-mode <mode>', 'disabled (if left out), enabled or benchmark')
    .option('--from <attester>', 'gramine, confidential-space, dstack, proxy or tsm; the first that works if left out')
    .optionsGroup('Quotes of others:')
    .option('--policy <file>', 'what they must be; like this tracker itself if left out')
    .option('--expected-mrtd <hex>', 'a short form of a policy; with --expected-rtmr1, too')
    .option('--expected-rtmr1 <hex>', 'the kernel')
    .option('--expected-rtmr2 <hex>', 'the root file system')
    .option('--expected-rtmr3 <hex>', 'the app')
    .option('--pccs-urls <urls...>', "where endorsements may come from; Intel's service if left out")
    .option('--root-ca <pem>', 'root certificates of a simulation')
    .option('--allow-simulated', 'simulated evidence may be trusted (needs --root-ca)');
  runOptions(command)
    .addHelpText('after', QUICK_START)
    .addHelpText('after', exitCodes({ ...SERVICE_CODES, 3: 'no TEE where one is needed, or the database is away' }))
    .action(async (options) => {
      const [{ tracker }, { stopSignal, exitAfter }] = await Promise.all([
        import('../commands/tracker.ts'),
        import('../stop.ts'),
      ]);
      answer(await tracker(options, io, exitAfter(stopSignal())));
    });
}

function auditOptions(group: Command, { io, answer }: Stage): void {
  group
    .command('audit')
    .summary('hold a tracker to its promises')
    .description('Asks a tracker for its ledger, and looks whether all receipts are in it that it promised to keep.')
    .argument('<file>', 'promises: answers of /report, one or a list of them')
    .requiredOption('--from <url>', "the tracker's address")
    .requiredOption(
      '--key <base64>',
      'the key that signs its ledger: claims.receiptKey of its attestation, or ledger_key of /config',
    )
    .option(...JSON_FLAG)
    .addHelpText('after', exitCodes({ 0: 'kept', 1: 'not kept', 2: 'usage', 3: 'the tracker does not answer' }))
    .action(async (file, options) => {
      const { auditTracker } = await import('../commands/tracker-audit.ts');
      answer(await auditTracker(file, options, io));
    });
}
