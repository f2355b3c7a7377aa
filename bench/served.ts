// A process of its own for the attester service that `serve.ts` loads. It tells its address, and takes an answer that the
// constant is to be as long as, or the question how long it has worked.
import { serveApp } from '@assay/server';
import { startMachine } from './machine.ts';
import { benchedService } from './service.ts';

/** How many there are is asked, not how many are let in. */
const RATE = { burst: 1e9, perSecond: 1e9, peers: 1 };

const { app, answerAlike } = benchedService(await startMachine(new Date()));
const served = await serveApp(app, {
  place: { host: '127.0.0.1', port: 0 },
  log: { write: () => undefined },
  rate: RATE,
});
process.on('message', (message: { readonly alike: string } | 'time') => {
  if (message !== 'time') answerAlike(message.alike);
  const { user, system } = process.cpuUsage();
  process.send?.({ microseconds: user + system });
});
process.on('disconnect', () => void served.close());
process.send?.({ address: served.address });
