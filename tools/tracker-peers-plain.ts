import { blsKeyPair } from '../apps/tracker/src/bls/key.ts';
import { openContent } from '../apps/tracker/src/peer/content.ts';
import { type Metainfo, parseMetainfo } from '../apps/tracker/src/peer/metainfo.ts';
import { type Peer, startPeer } from '../apps/tracker/src/peer/peer.ts';
import type { KeptReceipt } from '../apps/tracker/src/peer/receipting.ts';
import { createSigner, type ReceiptSigner } from '../apps/tracker/src/peer/signer.ts';

/** Tracker and epoch of peers without a tracker. */
export const TRACKER = 'tracker-1';
export const EPOCH = 480_000;

/** A peer of ours, whom others are to meet by its port. */
export interface PlainPeer extends AsyncDisposable {
  readonly metainfo: Metainfo;
  readonly peer: Peer;
  readonly signer: ReceiptSigner;
  /** Receipts that others gave. */
  readonly kept: readonly KeptReceipt[];
  /** What it would have in its log. */
  readonly told: readonly string[];
}

/** Starts it on a torrent; `seed` makes its key and its id. */
export async function plainPeer(torrent: Uint8Array, folder: string, seed: number): Promise<PlainPeer> {
  const metainfo = parseMetainfo(torrent);
  const kept: KeptReceipt[] = [];
  const told: string[] = [];
  const content = await openContent(metainfo, folder);
  const signer = createSigner(blsKeyPair(new Uint8Array(32).fill(seed)).key, TRACKER, EPOCH);
  const peer = await startPeer({
    ...{ metainfo, content, peerId: Buffer.alloc(20, seed), host: '127.0.0.1', port: 0, random: () => 0 },
    receipts: {
      ...{ tracker: TRACKER, signer, epoch: () => EPOCH },
      keep: (receipt) => kept.push(receipt),
      told: (message) => told.push(message),
    },
    note: (line) => told.push(line),
  });
  return {
    ...{ metainfo, peer, signer, kept, told },
    async [Symbol.asyncDispose]() {
      await peer.close();
      await content[Symbol.asyncDispose]();
    },
  };
}
