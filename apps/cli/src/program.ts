import { Command, CommanderError, Option } from 'commander';
import { type Answer, jsonText } from './answer.ts';
import { EXIT, type ExitCode, failureOf } from './failure.ts';
import type { Io } from './io.ts';
import { printable } from './table/style.ts';
import { version } from './version.ts';

/** Runs `assay` with these arguments; resolves to the exit code. Never throws. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const answers: Answer[] = [];
  try {
    await programOf(io, (answer) => answers.push(answer)).parseAsync(args, { from: 'user' });
  } catch (error) {
    return fail(error, args, io);
  }
  const [answer = { output: '', exitCode: EXIT.trusted }] = answers;
  io.stdout(answer.output);
  return answer.exitCode;
}

function fail(error: unknown, args: readonly string[], io: Io): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.trusted;
  const { document, exitCode } = error instanceof CommanderError ? usageFailure(error) : failureOf(error);
  if (document.code === 'internal') io.stderr(`${error instanceof Error ? error.stack : String(error)}\n`);
  // Commander has told people already.
  else if (!(error instanceof CommanderError)) io.stderr(`assay: ${printable(document.message)}\n`);
  if (wantsJson(args)) io.stdout(jsonText(document));
  return exitCode;
}

function usageFailure(error: CommanderError): ReturnType<typeof failureOf> {
  const message = error.message.replace(/^error: /, '');
  return { document: { schema: 'assay.error/1', code: 'usage', message }, exitCode: EXIT.usage };
}

function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

const FILE = 'raw bytes, hexadecimal or base64; - is standard input';
const EVENT_LOG = ['--event-log <file>', "dstack's log (JSON) or a CCEL"] as const;
const APP_COMPOSE = ['--app-compose <file>', "dstack's app-compose.json"] as const;
const STATEMENT = ['--statement <file>', 'the statement that the evidence carries the digest of'] as const;
const JSON_FLAG = ['--json', 'print one JSON document'] as const;

const EXIT_CODES = `
Exit codes: 0 trusted · 1 refused · 2 usage, or no kind of evidence · 3 an endorsement could not be fetched`;

/** Takes the answer of the one command that runs. */
type Answering = (answer: Answer) => void;

function programOf(io: Io, answer: Answering): Command {
  const program = new Command('assay')
    .description(
      'Remote attestation: is this evidence of a trusted execution environment genuine, and what does it prove?',
    )
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, getOutHelpWidth: () => io.columns })
    .addHelpText('after', EXIT_CODES);
  inspectCommand(program, io, answer);
  verifyCommand(program, io, answer);
  bundleCommand(program, io, answer);
  collateralCommand(program, io, answer);
  attestCommand(program, io, answer);
  doctorCommand(program, io, answer);
  simulateCommand(program, io, answer);
  return program;
}

function inspectCommand(program: Command, io: Io, answer: Answering): void {
  program
    .command('inspect')
    .summary('decode evidence, whatever its kind')
    .description(
      'Decodes a quote, report, token, event log, certificate with evidence, envelope or bundle. Nothing is verified.',
    )
    .argument('<file>', FILE)
    .option(...JSON_FLAG)
    .action(async (file, options) => answer(await (await import('./commands/inspect.ts')).inspect(file, options, io)));
}

function verifyCommand(program: Command, io: Io, answer: Answering): void {
  const genuine = new Option('--genuine', 'asks only: is it genuine? TCB status and debug are shown, not judged');
  const recorded = new Option('--as-recorded', "a bundle's own policy, nonce and time: does its verdict reproduce?");
  const judging = ['policy', 'expect', 'nonce', 'reportData', 'profile', 'peerKey', 'payload', 'certificate'];
  program
    .command('verify')
    .summary('judge evidence: genuine, current, the right code, fresh, bound')
    .description('Verifies evidence. Every layer must pass, or be waived by the policy, to be trusted.')
    .argument('[file]', FILE)
    .optionsGroup('What vouches for it:')
    .option('--collateral <path>', 'directory or file of endorsements (assay collateral fetch makes one)')
    .option('--at <time>', 'the instant to judge at, ISO 8601; now, with 60 s of tolerance, if left out')
    .option('--root-ca <pem>', "trust this root besides the vendor's; what it anchors is simulated")
    .addOption(new Option('--allow-simulated', 'accept simulated evidence').default(undefined))
    .optionsGroup('What you expect:')
    .option('--policy <file>', 'the policy, YAML or JSON')
    .option('--expect <name=hex...>', 'a reference value, such as mrenclave=…; all given must hold')
    .option('--nonce <hex>', 'the nonce that you sent: proves freshness')
    .option('--report-data <hex>', 'the report data that you expect; what is shorter is followed by zeros')
    .option('--profile <name>', 'how report data were made: assay/1, raw, ratls-cert, …')
    .option('--peer-key <sha256>', "SHA-256 of your peer's SubjectPublicKeyInfo (assay/1)")
    .option('--payload <file>', 'what report data are made of (sha256-info, oauth3-info, tappd, pbts-payload)')
    .option('--certificate <file>', "your peer's certificate (ratls-cert)")
    .optionsGroup('What belongs to the evidence:')
    .option(...EVENT_LOG)
    .option(...APP_COMPOSE)
    .option(...STATEMENT)
    .optionsGroup('For a bundle judged at a time that has passed:')
    .option('--countersigner <pem>', 'key of a verifier whose countersignature you take for the time')
    .option('--timestamp-authority <pem>', 'certificate of a time-stamping authority (RFC 3161) that you trust')
    .optionsGroup('Another question:')
    .addOption(genuine.conflicts([...judging, 'eventLog', 'appCompose', 'statement', 'asRecorded']))
    .addOption(recorded.conflicts([...judging, 'collateral', 'at']))
    .optionsGroup('Options:')
    .option(...JSON_FLAG)
    .addHelpText('after', EXIT_CODES)
    .action(async (file, options) =>
      answer(await (await import('./commands/verify.ts')).verifyFile(file, options, io)),
    );
}

function bundleCommand(program: Command, io: Io, answer: Answering): void {
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
    .action(async (file, options) => answer(await (await import('./commands/bundle.ts')).bundle(file, options, io)));
}

function collateralCommand(program: Command, io: Io, answer: Answering): void {
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
      answer(await (await import('./commands/collateral-fetch.ts')).fetchCollateral(file, options, io)),
    );
}

const FROM = [
  '--from <attester>',
  'gramine, confidential-space, dstack, proxy or tsm; the first that works if left out',
] as const;

function attestCommand(program: Command, io: Io, answer: Answering): void {
  program
    .command('attest')
    .summary('make evidence of this machine')
    .description(
      'Makes evidence of the machine that it runs on: an assay.evidence/1 with a statement, as one line of JSON.',
    )
    .option(...FROM)
    .option('-o, --output <file>', 'where it goes; standard output if left out')
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
    .option('--json', 'print failures as one JSON document, too')
    .action(async (options) => answer(await (await import('./commands/attest.ts')).attest(options, io)));
}

function doctorCommand(program: Command, io: Io, answer: Answering): void {
  program
    .command('doctor')
    .summary('say which attesters work here, and what the others lack')
    .description('Looks at everything that attesters need. Exit code 0 when one of them works.')
    .option(...FROM)
    .option(...JSON_FLAG)
    .action(async (options) => answer(await (await import('./commands/doctor.ts')).doctor(options, io)));
}

function simulateCommand(program: Command, io: Io, answer: Answering): void {
  program
    .command('simulate')
    .summary('stand in for vendors and TEEs, so that all of it runs on this machine')
    .description(
      'Runs simulated vendors with certificate authorities of their own, and the machines that they vouch for, until interrupted. Says what runs where, and which commands to use next. What they sign proves nothing.',
    )
    .argument('[world]', 'intel, amd, google, dstack, tsm or all', 'all')
    .option('--seed <text>', 'the same keys again for the same text: they are no secret then')
    .option('--directory <dir>', 'where sockets, mounts, roots and policies go; a new folder if left out')
    .option('--ports <first>', 'the first of its ports, 8090 if left out; 0 takes any that are free')
    .option('--beside-hardware', 'start although this machine attests for real')
    .optionsGroup('The guest of dstack:')
    .option('--app-compose <file>', 'the app-compose.json that it boots')
    .option('--dstack-version <version>', 'the release that it behaves like, 0.4.2 to 0.6.x')
    .optionsGroup('Options:')
    .option('--json', 'print what runs as one JSON document')
    .action(async (world, options) => {
      const [{ simulate }, { stopSignal }] = await Promise.all([
        import('./commands/simulate.ts'),
        import('./simulation/stop.ts'),
      ]);
      answer(await simulate(world, options, io, { stop: stopSignal() }));
    });
}
