// A process of its own for the verification service that `verifier.ts` loads, on SQLite in a folder of its own. It tells
// its address; it takes the question how long it has worked, and evidence to verify with the bare library.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authenticateEndorsements, verify } from '@assay/verify';
import { fromHex, parseJsonObject } from '@assay/verify/codec';
import { readEnvelope } from '@assay/verify/evidence';
import { parsePolicy } from '@assay/verify/policy';
import { tdx } from '@assay/verify/tdx';
import { POLICY, SPKI_SHA256, simulatedTd, startVerifier } from '../tools/verifier-in-tests.ts';

/** Evidence with the nonce that it is for: lower-case hex and the text of an envelope. */
type Sent = readonly (readonly [nonce: string, envelope: string])[];

const now = new Date(Number(process.argv[2]));
const { roots, endorsements } = await simulatedTd(now);
// For each round another object: a handle remembers the machines that it saw.
let current = endorsements;
const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
const clock = (): Date => new Date();
const rate = { burst: 1e9, perSecond: 1e9, peers: 10 };
const service = await startVerifier(
  { file: join(folder, 'verifier.db') },
  { clock, roots, allowSimulated: true, endorsementsFor: async () => current, rate },
);
const policy = parsePolicy(POLICY);

/** Verifies each one alone, as a program does that has it already. */
async function bare(sent: Sent): Promise<number> {
  const given = sent.map(([nonce, text]) => ({
    nonce: fromHex(nonce),
    envelope: readEnvelope(parseJsonObject(text)),
  }));
  const subject = { peerKey: { spkiSha256: fromHex(SPKI_SHA256) } };
  const handle = await authenticateEndorsements(current, { tee: tdx, roots, source: 'own' });
  const common = { tees: [tdx], clockSkewSeconds: 60, endorsements: handle, roots, allowSimulated: true, policy };
  const start = worked();
  for (const { nonce, envelope } of given) {
    const { trusted } = await verify(envelope, { ...common, now: clock(), nonce, subject });
    if (!trusted) throw new Error('refused: a benchmark of refusals would flatter');
  }
  const microseconds = worked() - start;
  current = { ...endorsements };
  return microseconds;
}

/** Microseconds that this process has worked, all its threads together. */
function worked(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const answer = async (message: 'time' | { readonly bare: Sent }): Promise<void> => {
  process.send?.({ microseconds: message === 'time' ? worked() : await bare(message.bare) });
};
process.on('message', (message: 'time' | { readonly bare: Sent }) => void answer(message));
process.on('disconnect', () => void service[Symbol.asyncDispose]().then(() => rm(folder, { recursive: true })));
process.send?.({ address: service.origin });
