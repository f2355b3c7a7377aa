import { verify as verifyEd25519 } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionPublicKey } from '@assay/tracker';
import { fromBase64 } from '@assay/verify/codec';
import { aggregateVerify, PublicKey, Signature } from '@chainsafe/blst';
import {
  byAggregate,
  bySession,
  type Client,
  clientOf,
  enrol,
  openAccounts,
  receiptOf,
} from '../tools/accounts-in-tests.ts';
import { ratioOfTimes } from './ratio.ts';
import { announce, type Row } from './row.ts';

/** Receipts of a report, and reports that are handed in at once. */
const REPORT = 64;
const AT_ONCE = 4;
const ROUNDS = { session: 70, aggregate: 30 } as const;
const WARM = 4;

/** A report with everything that its bare verification needs, in a form that is ready for use. */
interface Prepared {
  readonly group: unknown;
  readonly bare: () => boolean;
}

/**
 * Speed of reports, from JSON to the signed promise after the commit, as a multiple of nothing but the verification of the
 * same receipts' signatures: Ed25519 under one session key, BLS as aggregates.
 */
export async function receiptRows(): Promise<readonly Row[]> {
  return [
    await rowOf('session', 'bare Ed25519 verification', 0.6),
    await rowOf('aggregate', 'bare BLS aggregate verification', 0.8),
  ];
}

/** A group of receipts from one sender to one receiver, which begins with a piece. */
type Maker = (sender: Client, receiver: Client, first: number) => Prepared;

const receiptsOf = (sender: Client, receiver: Client, first: number): Uint8Array[] =>
  Array.from({ length: REPORT }, (_, index) => receiptOf(sender, receiver, first + index));

function session(sender: Client, receiver: Client, first: number): Prepared {
  const receipts = receiptsOf(sender, receiver, first);
  const group = bySession(receiver, receipts);
  const signatures = group.signatures.map((text) => fromBase64(text));
  const key = sessionPublicKey(receiver.session.publicKey);
  const bare = (): boolean =>
    receipts.every((bytes, index) => verifyEd25519(null, bytes, key, signatures[index] ?? new Uint8Array()));
  return { group, bare };
}

function aggregate(sender: Client, receiver: Client, first: number): Prepared {
  const receipts = receiptsOf(sender, receiver, first);
  const group = byAggregate(receipts.map((bytes) => [receiver, bytes] as const));
  const keys = receipts.map(() => PublicKey.fromBytes(receiver.key.publicKey, true));
  const signature = fromBase64(group.signature);
  return { group, bare: () => aggregateVerify(receipts, keys, Signature.fromBytes(signature, true, true)) };
}

/** Reports of both kinds, ready to be handed in. */
export const REPORTS = { session, aggregate } as const satisfies Readonly<Record<string, Maker>>;

async function rowOf(what: keyof typeof REPORTS, against: string, goal: number): Promise<Row> {
  const sample = 'receipt';
  announce(sample, what, against);
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  try {
    await using tracker = await openAccounts({ file: join(folder, 'tracker.db') });
    const sender = clientOf('sender');
    const receivers = Array.from({ length: AT_ONCE }, (_, index) => clientOf(`receiver-${index}`));
    await enrol(tracker.accounts, [sender, ...receivers]);
    const [a, b]: [number[], number[]] = [[], []];
    for (let round = 0; round < WARM + ROUNDS[what]; round += 1) {
      const prepared = receivers.map((receiver) => REPORTS[what](sender, receiver, round * REPORT));
      const start = performance.now();
      if (!prepared.every(({ bare }) => bare())) throw new Error('a signature is not genuine');
      const middle = performance.now();
      const reports = prepared.map(({ group }) =>
        tracker.accounts.report({ userId: sender.userId, receipts: [group] }),
      );
      const answers = await Promise.all(reports);
      const end = performance.now();
      for (const answer of answers) {
        if ('refused' in answer || answer.verdicts.some(({ outcome }) => outcome !== 'counted')) {
          throw new Error('a receipt was not counted');
        }
      }
      // Until the engine has compiled what it will compile.
      if (round < WARM) continue;
      a.push(middle - start);
      b.push(end - middle);
    }
    return { sample, what, against, goal, ...ratioOfTimes(a, b) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
