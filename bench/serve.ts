import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Load, openLoad } from './load.ts';
import { ratioOfTimes } from './ratio.ts';
import { announce, type Row } from './row.ts';

const CONNECTIONS = 64;
const ROUNDS = 40;
const ANSWERS = 2_000;

/**
 * Speed of an attester service over HTTP: fresh evidence beside a constant of the same size from the same app. The
 * service has a process of its own, and what counts is the time that this process worked, all its threads together: the
 * answers of one core, whatever else the machine does, and however fast they are asked for.
 */
export async function serveRows(): Promise<readonly Row[]> {
  const [sample, what, against] = ['http', 'fresh evidence', 'a constant of the same size'];
  announce(sample, what, against);
  const service = fork(new URL('served.ts', import.meta.url), { execArgv: process.execArgv });
  try {
    const { address } = (await said(service)) as { readonly address: string };
    const load = await openLoad(address, CONNECTIONS);
    let nonces = 0;
    const fresh = (): string => {
      nonces += 1;
      return `/attestation?nonce=${nonces.toString(16).padStart(64, '0')}`;
    };
    const constant = (): string => '/constant';
    // Until the engine has compiled what it will compile; the last answer is out of a batch as large as those to come.
    const answer = await load.run(fresh, 5 * ANSWERS);
    service.send({ alike: answer });
    await said(service);
    await load.run(constant, 5 * ANSWERS);
    const [a, b]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      a.push(await timeOf(service, load, constant));
      b.push(await timeOf(service, load, fresh));
    }
    load.close();
    return [{ sample, what, against, goal: 0.5, ...ratioOfTimes(a, b) }];
  } finally {
    if (service.connected) service.disconnect();
  }
}

/** Microseconds that the service worked for an answer. */
async function timeOf(service: ChildProcess, load: Load, path: () => string): Promise<number> {
  const start = await worked(service);
  await load.run(path, ANSWERS);
  return ((await worked(service)) - start) / ANSWERS;
}

async function worked(service: ChildProcess): Promise<number> {
  service.send('time');
  return ((await said(service)) as { readonly microseconds: number }).microseconds;
}

/** What the service says next. Throws when it ends instead. */
async function said(service: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('the service ended'));
  service.once('exit', end);
  try {
    const [message] = (await once(service, 'message', { signal: ended.signal })) as readonly unknown[];
    return message;
  } finally {
    service.off('exit', end);
  }
}
