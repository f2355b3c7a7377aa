import { type Command, Option } from 'commander';
import { APP_COMPOSE, EVENT_LOG, exitCodes, FILE, JSON_FLAG, STATEMENT, type Stage, VERDICT_CODES } from './shared.ts';

/** Declares `assay verify`. */
export function verifyCommand(program: Command, { io, answer }: Stage): void {
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
    .addHelpText('after', exitCodes(VERDICT_CODES))
    .action(async (file, options) =>
      answer(await (await import('../commands/verify.ts')).verifyFile(file, options, io)),
    );
}
