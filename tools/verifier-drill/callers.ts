import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { endorsementsJson } from '@assay/verify/endorsements';
import { type Answer, ask, bodyFor, type SimulatedTd, verify } from '../verifier-in-tests.ts';

/** A verdict that a caller was told of. */
export interface Acknowledged {
  readonly nonce: string;
  readonly id: string;
  /** The answer, byte for byte. */
  readonly text: string;
}

/** What callers saw. */
export interface Observed {
  readonly acknowledged: readonly Acknowledged[];
  /** Answers that were lost, and fetched again by their idempotency key. */
  readonly lost: number;
  /** Second requests for a challenge, under another key, that were refused as they must be. */
  readonly refused: number;
}

/** How callers ask. */
export interface CallersOptions {
  readonly origin: string;
  readonly td: SimulatedTd;
  readonly challenges: number;
  /** Callers at a time. */
  readonly callers: number;
  readonly progress?: (done: number) => void;
}

/** What a proxy without instances, or an instance without database, answers. */
const AGAIN = [500, 502, 503, 504];
/** Longer than any restart takes. */
const GIVE_UP_MS = 60_000;

/** Asks until there is an answer: to whom a connection breaks, the same request is sent again. */
async function insist(request: () => Promise<Answer>, onLost: () => void = () => undefined): Promise<Answer> {
  for (const start = performance.now(); performance.now() - start < GIVE_UP_MS; await pause(20)) {
    const answer = await request().catch(() => undefined);
    if (answer !== undefined && !AGAIN.includes(answer.status)) return answer;
    onLost();
  }
  throw new Error('no answer for a minute');
}

/** Callers that have challenges verified while instances come and go; every fifth is verified twice at once. */
export async function runCallers(options: CallersOptions): Promise<Observed> {
  const { origin, td, challenges, callers, progress = () => undefined } = options;
  const acknowledged: Acknowledged[] = [];
  const endorsements = endorsementsJson(td.endorsements);
  let [next, lost, refused] = [0, 0, 0];

  const once = async (nonce: string, body: string): Promise<void> => {
    const headers = { 'idempotency-key': randomUUID() };
    let broken = false;
    const answer = await insist(
      () => verify(origin, body, { headers }),
      () => {
        broken = true;
      },
    );
    if (answer.status === 200) {
      if (broken) lost += 1;
      acknowledged.push({ nonce, id: String(answer.json.id), text: answer.text });
    } else if (answer.json.code === 'nonce_used') refused += 1;
    else throw new Error(`${answer.status} ${answer.text}`);
  };
  const caller = async (): Promise<void> => {
    while (next < challenges) {
      next += 1;
      const twice = next % 5 === 0;
      const asked = await insist(() => ask(origin, 'POST /v1/challenges', { policyId: 'td' }));
      const nonce = String(asked.json.nonce);
      const body = JSON.stringify({ ...(await bodyFor(td, nonce)), endorsements });
      await Promise.all(twice ? [once(nonce, body), once(nonce, body)] : [once(nonce, body)]);
      progress(acknowledged.length);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return { acknowledged, lost, refused };
}

/** What is wrong with what callers saw, beside what is kept; nothing, it is hoped. */
export async function faultsOf(origin: string, { acknowledged }: Observed): Promise<string[]> {
  const faults: string[] = [];
  const byNonce = new Map<string, string>();
  for (const { nonce, id } of acknowledged) {
    if ((byNonce.get(nonce) ?? id) !== id) faults.push(`${nonce} has two verdicts`);
    byNonce.set(nonce, id);
  }
  for (const { id, text } of acknowledged) {
    const kept = await insist(() => ask(origin, `GET /v1/verdicts/${id}`));
    if (kept.text !== text) faults.push(`${id} is not kept: ${kept.status}`);
  }
  return faults;
}
