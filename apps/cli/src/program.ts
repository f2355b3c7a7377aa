import { Command, CommanderError } from 'commander';
import { type Answer, jsonText } from './answer.ts';
import { EXIT, type ExitCode, failureOf } from './failure.ts';
import type { Io } from './io.ts';
import { attestCommand } from './options/attest.ts';
import { bundleCommand } from './options/bundle.ts';
import { collateralCommand } from './options/collateral.ts';
import { doctorCommand } from './options/doctor.ts';
import { inspectCommand } from './options/inspect.ts';
import { proxyCommand } from './options/proxy.ts';
import { serveCommand } from './options/serve.ts';
import { exitCodes, type Stage, VERDICT_CODES } from './options/shared.ts';
import { simulateCommand } from './options/simulate.ts';
import { trackerCommand } from './options/tracker.ts';
import { verifyCommand } from './options/verify.ts';
import { printable } from './table/style.ts';
import { version } from './version.ts';

/** Runs `assay` with these arguments; resolves to the exit code. Never throws. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const answers: Answer[] = [];
  try {
    await programOf({ io, answer: (answer) => answers.push(answer) }).parseAsync(args, { from: 'user' });
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

function programOf(stage: Stage): Command {
  const { io } = stage;
  const program = new Command('assay')
    .description(
      'Remote attestation: is this evidence of a trusted execution environment genuine, and what does it prove?',
    )
    .version(version(), '--version', 'print the version')
    // Services have a --version of their own.
    .enablePositionalOptions()
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, getOutHelpWidth: () => io.columns })
    .addHelpText(
      'after',
      exitCodes({ ...VERDICT_CODES, 0: 'trusted, or done', 3: 'an endorsement or evidence could not be had' }),
    );
  for (const declare of COMMANDS) declare(program, stage);
  return program;
}

const COMMANDS = [
  inspectCommand,
  verifyCommand,
  bundleCommand,
  collateralCommand,
  attestCommand,
  doctorCommand,
  simulateCommand,
  serveCommand,
  proxyCommand,
  trackerCommand,
] as const;
