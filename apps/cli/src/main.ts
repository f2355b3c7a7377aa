import { EXIT } from './failure.ts';
import { processIo } from './io.ts';
import { run } from './program.ts';

// Node would exit with 1, and that is a verdict.
process.on('uncaughtException', (error) => {
  process.stderr.write(`assay: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(EXIT.usage);
});

// Set, not exited with: what was written to a pipe must still arrive.
process.exitCode = await run(process.argv.slice(2), processIo());
