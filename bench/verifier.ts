import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ask, POLICY, put, SUBJECT, verify } from '../tools/verifier-in-tests.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { ratioOfTimes } from './ratio.ts';
import { announce, type Row } from './row.ts';

const CALLERS = 64;
const ROUNDS = 16;
/** Of a round: one of each machine. */
const VERIFICATIONS = 320;

interface Work {
  readonly nonce: string;
  readonly body: string;
  /** The text of its evidence. */
  readonly envelope: string;
}

/**
 * Speed of the verification service: a challenge, its evidence, and the verdict that is kept in SQLite, beside the bare
 * library on the same evidence, warm: endorsements are authenticated already, machines are new. The service has a process
 * of its own, and what counts is the time that this process worked, all its threads together.
 */
export async function verifierRows(): Promise<readonly Row[]> {
  const [sample, what, against] = ['http', 'verdicts', 'the bare library, warm'];
  announce(sample, what, against);
  const now = new Date();
  const fleet = await startFleet(now, VERIFICATIONS);
  const service = fork(new URL('verifier-served.ts', import.meta.url), [`${now.getTime()}`], {
    execArgv: process.execArgv,
  });
  try {
    const { address } = (await said(service)) as { readonly address: string };
    await put(address, POLICY);
    const [a, b]: [number[], number[]] = [[], []];
    // The first rounds are for the engine, until it has compiled what it will compile.
    for (let round = -4; round < ROUNDS; round += 1) {
      const { work, microseconds } = await served(service, address, fleet);
      const bare = await asked(service, { bare: work.map(({ nonce, envelope }) => [nonce, envelope]) });
      if (round < 0) continue;
      a.push(bare / VERIFICATIONS);
      b.push(microseconds / VERIFICATIONS);
    }
    return [{ sample, what, against, goal: 0.3, ...ratioOfTimes(a, b) }];
  } finally {
    if (service.connected) service.disconnect();
  }
}

/** A round of challenges and verdicts. Evidence is made meanwhile, by this process. */
async function served(
  service: ChildProcess,
  address: string,
  fleet: Fleet,
): Promise<{ readonly work: readonly Work[]; readonly microseconds: number }> {
  const start = await asked(service, 'time');
  const nonces = await each(Array.from({ length: VERIFICATIONS }), async () => {
    const { json } = await ask(address, 'POST /v1/challenges', { policyId: 'td' });
    return String(json.nonce);
  });
  const challenged = await asked(service, 'time');
  const work = await each(nonces, async (nonce, machine): Promise<Work> => {
    const evidence = await fleet.evidenceOf(machine, nonce);
    const body = JSON.stringify({ challenge: nonce, evidence, subject: SUBJECT });
    return { nonce, body, envelope: JSON.stringify(evidence) };
  });
  const made = await asked(service, 'time');
  await each(work, async ({ body }) => {
    const { status, json } = await verify(address, body);
    if (status !== 200 || json.token === undefined) throw new Error(`${status}`);
  });
  return { work, microseconds: (await asked(service, 'time')) - made + (challenged - start) };
}

/** Does the work of each, so many at a time. */
async function each<T, U>(items: readonly T[], work: (item: T, index: number) => Promise<U>): Promise<readonly U[]> {
  const results: U[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, worker));
  return results;
}

async function asked(service: ChildProcess, question: 'time' | object): Promise<number> {
  const answer = said(service);
  service.send(question);
  return ((await answer) as { readonly microseconds: number }).microseconds;
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
