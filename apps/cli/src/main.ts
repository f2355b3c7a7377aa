import { processIo } from './io.ts';
import { run } from './program.ts';

// Set, not exited with: what was written to a pipe must still arrive.
process.exitCode = await run(process.argv.slice(2), processIo());
