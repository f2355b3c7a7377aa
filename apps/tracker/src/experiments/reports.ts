import { toBase64 } from '@assay/verify/codec';
import { type BlsKey, blsKeyPair } from '../bls/key.ts';
import { aggregate } from '../bls/verify.ts';
import { createSigner } from '../peer/signer.ts';
import type { TrackerClient } from '../peer/tracker-client.ts';
import { encodeReceipt } from '../receipts/receipt.ts';
import { type Call, failed } from './client.ts';
import type { Measurement, Sampler } from './measurement.ts';
import { registerUser } from './registration.ts';

/** What reports are about. */
export interface ReportWorld {
  readonly call: Call;
  readonly client: TrackerClient;
  readonly instanceId: string;
  /** A torrent that the tracker knows, with pieces for every receipt. */
  readonly infohash: Uint8Array;
  readonly pieceLength: number;
  readonly epoch: () => number;
  readonly random: (length: number) => Uint8Array;
}

/** Receipts of one report. */
export const REPORTED = 64;

/** Reports over HTTP, ledger included: each receipt is new, and each must count. */
export async function measureReports(
  world: ReportWorld,
  iterations: number,
  sample: Sampler,
): Promise<readonly Measurement[]> {
  const { call, instanceId, infohash, pieceLength } = world;
  const sender = await memberOf(world, 'sender', 0);
  const receiver = await memberOf(world, 'receiver', 1);
  const signer = createSigner(receiver, instanceId, world.epoch() + 24);
  let next = 0;
  const said = () => {
    const piece = next;
    next += 1;
    return { infohash, sender: sender.publicKey, piece, bytes: pieceLength, epoch: world.epoch() };
  };
  const many = (count: number) => Array.from({ length: count }, said);
  const report = async (group: object, count: number): Promise<void> => {
    const answer = await call('/report', { user_id: 'sender', receipts: [{ ...group }] });
    if (answer.verified_receipts === count) return;
    throw failed(`${String(answer.verified_receipts)} of ${count} receipts counted`);
  };
  const sessionGroup = (count: number) => {
    const signed = many(count).map(signer.sign);
    return {
      certificate: toBase64(signer.certificate),
      receipts: signed.map(({ receipt }) => toBase64(receipt)),
      signatures: signed.map(({ signature }) => toBase64(signature)),
    };
  };
  const aggregateGroup = (count: number) => {
    const receipts = many(count).map((each) =>
      encodeReceipt({ ...each, tracker: instanceId, receiver: receiver.publicKey, pieces: 1, sequence: each.piece }),
    );
    const signature = aggregate(receipts.map((bytes) => receiver.sign(bytes)));
    return { receipts: receipts.map(toBase64), signature: toBase64(signature) };
  };
  const about = { experiment: 'reports', tee: 'none' } as const;
  const times = Math.ceil(iterations / 10);
  return [
    await sample({ ...about, variant: 'one receipt (Ed25519)', times: iterations }, async (_index, time) => {
      const group = sessionGroup(1);
      await time(() => report(group, 1));
    }),
    await sample(
      { ...about, variant: `${REPORTED} receipts (Ed25519)`, per: REPORTED, times },
      async (_index, time) => {
        const group = sessionGroup(REPORTED);
        await time(() => report(group, REPORTED));
      },
    ),
    await sample(
      { ...about, variant: `aggregate of ${REPORTED} (BLS)`, per: REPORTED, times },
      async (_index, time) => {
        const group = aggregateGroup(REPORTED);
        await time(() => report(group, REPORTED));
      },
    ),
  ];
}

/** Registers a user, and lets it announce: receipts count for those only who were there. */
async function memberOf(
  { call, client, instanceId, infohash, random }: ReportWorld,
  userId: string,
  left: number,
): Promise<BlsKey> {
  const { secretKey, key } = blsKeyPair(random(32));
  const passkey = await registerUser(call, userId, instanceId, secretKey);
  const peerId = random(20);
  await client.announce({ passkey, infohash, peerId, port: 6_881, uploaded: 0, downloaded: 0, left, event: 'started' });
  return key;
}
