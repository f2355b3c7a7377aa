import { createPublicKey, sign, verify } from 'node:crypto';
import { ed25519Key } from '../bls/derive.ts';
import { blsKeyPair } from '../bls/key.ts';
import { parsePublicKey, parseSignature } from '../bls/points.ts';
import { aggregate, verifyAggregate, verifyEach } from '../bls/verify.ts';
import { encodeReceipt } from '../receipts/receipt.ts';
import { failed } from './client.ts';
import type { Measurement, Sampler } from './measurement.ts';

/** Receipts that are verified together. */
export const BATCHES = [10, 25, 50, 100] as const;

/** Signing and verifying of receipts: one by one, in batches, and as one aggregate; no HTTP and no ledger takes part. */
export async function measureReceipts(
  iterations: number,
  random: (length: number) => Uint8Array,
  sample: Sampler,
): Promise<readonly Measurement[]> {
  const { key } = blsKeyPair(random(32));
  const session = ed25519Key(random(32));
  const sessionKey = createPublicKey(session);
  const [infohash, sender] = [random(20), blsKeyPair(random(32)).key.publicKey];
  const publicKey = parsePublicKey(key.publicKey);
  const receipt = (piece: number): Uint8Array =>
    encodeReceipt({
      ...{ tracker: 'experiments', infohash, sender, receiver: key.publicKey },
      ...{ piece, pieces: 1, bytes: 16_384, epoch: 500_000, sequence: piece },
    });
  const about = { experiment: 'receipts', tee: 'none', times: iterations } as const;
  const singles = [
    await sample({ ...about, variant: 'sign, session key (Ed25519)' }, async (index, time) => {
      const bytes = receipt(index);
      await time(() => sign(null, bytes, session));
    }),
    await sample({ ...about, variant: 'verify, session key (Ed25519)' }, async (index, time) => {
      const bytes = receipt(index);
      const signature = sign(null, bytes, session);
      expect(await time(() => verify(null, bytes, sessionKey, signature)));
    }),
    await sample({ ...about, variant: 'sign, long-term key (BLS)' }, async (index, time) => {
      const bytes = receipt(index);
      await time(() => key.sign(bytes));
    }),
    await sample({ ...about, variant: 'verify, one by one (BLS)' }, async (index, time) => {
      const message = receipt(index);
      const signature = key.sign(message);
      const judge = () => verifyEach([{ message, publicKey, signature: parseSignature(signature) }]);
      expect((await time(judge)).every(Boolean));
    }),
  ];
  const together: Measurement[] = [];
  for (const per of BATCHES) {
    const signed = Array.from({ length: per }, (_, piece) => {
      const message = receipt(piece);
      return { message, signature: key.sign(message) };
    });
    const sum = aggregate(signed.map(({ signature }) => signature));
    const times = Math.ceil(iterations / 10);
    together.push(
      await sample({ ...about, times, per, variant: `verify, batch of ${per} (BLS)` }, async (_index, time) => {
        const judge = () =>
          verifyEach(
            signed.map(({ message, signature }) => ({ message, publicKey, signature: parseSignature(signature) })),
          );
        expect((await time(judge)).every(Boolean));
      }),
      await sample({ ...about, times, per, variant: `verify, aggregate of ${per} (BLS)` }, async (_index, time) => {
        const members = signed.map(({ message }) => ({ message, publicKey }));
        expect(await time(() => verifyAggregate(members, parseSignature(sum))));
      }),
    );
  }
  return [...singles, ...together];
}

function expect(genuine: boolean): void {
  if (!genuine) throw failed('a genuine receipt was refused');
}
