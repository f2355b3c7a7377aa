import { demonstrate } from './commands/demonstrate.ts';
import { failureOf } from './failure.ts';
import { processIo } from './io.ts';
import { exitAfter, stopSignal } from './stop.ts';
import { parseInteger } from './values.ts';

// `npm start`: a software TEE and the services around it, for this machine alone.
const io = processIo();
try {
  const port = parseInteger(io.env.PORT || '8080', 'PORT', 65_531);
  await demonstrate({ port }, io, exitAfter(stopSignal()));
} catch (error) {
  const { document, exitCode } = failureOf(error);
  const remedy = document.field === '--port' ? ': PORT=9000 npm start' : '';
  io.stderr(`${document.message}${remedy}\n`);
  process.exitCode = exitCode;
}
