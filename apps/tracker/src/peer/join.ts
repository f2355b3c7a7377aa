import { randomBytes } from 'node:crypto';
import { AssayError } from '@assay/verify';
import { concatBytes, toHex, utf8 } from '@assay/verify/codec';
import { epochAt } from '../announce/gate.ts';
import { blsKey } from '../bls/key.ts';
import { openContent } from './content.ts';
import type { Membership } from './membership.ts';
import { parseMetainfo } from './metainfo.ts';
import { type Peer, startPeer } from './peer.ts';
import { readPending, writePending } from './pending-file.ts';
import { createReporter, type Reporter, type ReportStatistics } from './reporter.ts';
import { createSigner } from './signer.ts';
import { createTrackerClient } from './tracker-client.ts';

/** What a member of a tracker takes part in. */
export interface JoinOptions {
  /** Bytes of the .torrent file. */
  readonly torrent: Uint8Array;
  /** Folder of the file that it names. */
  readonly data: string;
  readonly membership: Membership;
  /** Path, without infohash and ending, of the file in which receipts wait for the next start. */
  readonly pending: string;
  readonly host: string;
  readonly port: number;
  /** What is worth a line in a log. */
  readonly note: (line: string) => void;
  /** Milliseconds between two reports; 5,000 unless given. */
  readonly reportMs?: number;
  readonly clock?: () => Date;
  readonly randomBytes?: (length: number) => Uint8Array;
}

/** A torrent that is shared, with receipts for all that goes to peers who know them. */
export interface Joined extends AsyncDisposable {
  readonly peer: Peer;
  /** Bytes that are missing. */
  readonly left: () => number;
  /** Hands in the receipts that wait. Throws `unavailable` where the tracker is away; they are kept then. */
  readonly report: () => Promise<void>;
  readonly receipts: () => ReportStatistics;
}

/** Epochs for which a session key is certified: trackers take 744. */
const SESSION_EPOCHS = 700;
const REPORT_MS = 5_000;

/** Shares a torrent until it is disposed of, which reports what is left to report. Throws what the tracker refuses. */
export async function joinTorrent(options: JoinOptions): Promise<Joined> {
  const { membership, note, clock = () => new Date(), randomBytes: random = randomBytes } = options;
  const { userId, passkey } = membership;
  const metainfo = parseMetainfo(options.torrent);
  const tracker = createTrackerClient(membership.tracker);
  const { instanceId, epochSeconds } = await tracker.settings();
  const epoch = (): number => epochAt(Math.floor(clock().getTime() / 1000), epochSeconds);
  const signer = createSigner(blsKey(membership.secretKey), instanceId, epoch() + SESSION_EPOCHS);
  const reporter = createReporter((groups) => tracker.report(userId, groups));
  const pending = `${options.pending}.${toHex(metainfo.infohash)}.json`;
  for (const receipt of await readPending(pending)) reporter.keep(receipt);
  const peerId = concatBytes(utf8('-AY0001-'), random(12));
  const content = await openContent(metainfo, options.data);
  // Nobody is credited for what he says he uploaded.
  const announced = { passkey, infohash: metainfo.infohash, peerId, uploaded: 0 };
  let peer: Peer;
  try {
    peer = await startPeer({
      ...{ metainfo, content, peerId, note, host: options.host, port: options.port },
      receipts: { tracker: instanceId, signer, epoch, keep: reporter.keep, told: note },
      announce: (state) => tracker.announce({ ...announced, ...state }),
      random: () => (random(1)[0] ?? 0) / 256,
    });
  } catch (error) {
    await content[Symbol.asyncDispose]();
    throw error;
  }
  const timer = setInterval(() => void reported(reporter, note), options.reportMs ?? REPORT_MS).unref();
  return {
    peer,
    left: content.left,
    report: reporter.flush,
    receipts: reporter.statistics,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await peer.close();
      await reported(reporter, note);
      await writePending(pending, reporter.pending());
      await content[Symbol.asyncDispose]();
    },
  };
}

async function reported(reporter: Reporter, note: (line: string) => void): Promise<void> {
  try {
    await reporter.flush();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    note(`${reporter.statistics().kept} receipts wait: ${error.message}`);
  }
}
