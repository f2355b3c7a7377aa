import { hash } from 'node:crypto';
import { equalBytes } from '@assay/verify/codec';
import type { TorrentSizes } from '../ledger/accounting.ts';
import type { BookedReceipt } from '../ledger/bookings.ts';
import { type AnnouncedIndex, announcedHash, type Role } from '../users/announced.ts';
import type { Directory, Member } from '../users/directory.ts';
import { RECEIPT_PIECES } from './limits.ts';
import type { Receipt } from './receipt.ts';
import type { UpstreamReceipt } from './upstream.ts';
import { upstreamId } from './upstream.ts';
import type { ReceiptCode } from './verdict.ts';

/** What receipts are judged by. */
export interface Rules {
  readonly tracker: string;
  /** The epoch that it is. */
  readonly epoch: number;
  readonly epochSeconds: number;
  /** Who hands the receipts in. */
  readonly reporter: Member;
  readonly directory: Directory;
  readonly announced: AnnouncedIndex;
  readonly torrent: (infohash: Uint8Array) => TorrentSizes | undefined;
}

/** A receipt that keeps all rules. Its signature and its pieces are not looked at yet. */
export interface Candidate extends BookedReceipt {
  readonly receiverMember: Member;
}

/** Why a receipt is refused. */
export interface Fault {
  readonly code: ReceiptCode;
  readonly message: string;
}

/** What every form of receipt says. */
interface Claim {
  readonly infohash: Uint8Array;
  readonly sender: Uint8Array;
  readonly receiver: Uint8Array;
  readonly piece: number;
  readonly pieces: number;
  readonly epoch: number;
}

/** Judges a receipt by everything but its signature, what is cheap first. */
export async function judgeReceipt(receipt: Receipt, bytes: Uint8Array, rules: Rules): Promise<Candidate | Fault> {
  if (receipt.tracker !== rules.tracker) {
    return { code: 'other-tracker', message: `tracker: ${receipt.tracker}, this is ${rules.tracker}; report it there` };
  }
  const judged = await judgeClaim(receipt, rules);
  if ('code' in judged) return judged;
  if (receipt.bytes !== judged.length) {
    const message = `bytes: ${receipt.bytes}, but these pieces have ${judged.length}; state the pieces' own length`;
    return { code: 'bytes', message };
  }
  const booked = hash('sha256', bytes, 'buffer');
  return { ...candidate(receipt, rules, judged), kind: 'receipt', booked, bytes: receipt.bytes };
}

/** Judges a receipt in the older form by the same rules, as far as it says enough. */
export async function judgeUpstream(receipt: UpstreamReceipt, rules: Rules): Promise<Candidate | Fault> {
  const claim = { ...receipt, pieces: 1, epoch: Math.floor(receipt.timestamp / rules.epochSeconds) };
  const judged = await judgeClaim(claim, rules);
  if ('code' in judged) return judged;
  return { ...candidate(claim, rules, judged), kind: 'upstream', booked: upstreamId(receipt), bytes: 0 };
}

function candidate(
  claim: Claim,
  { reporter }: Rules,
  { receiver, name }: Exclude<Judged, Fault>,
): Omit<Candidate, 'kind' | 'booked' | 'bytes'> {
  return {
    sender: { number: reporter.number, userId: reporter.account.userId },
    receiver: { number: receiver.number, userId: receiver.account.userId },
    receiverMember: receiver,
    infohash: name,
    piece: claim.piece,
    pieces: claim.pieces,
    epoch: claim.epoch,
  };
}

type Judged =
  | {
      readonly receiver: Member;
      /** Of the pieces, in bytes. */
      readonly length: number;
      /** The torrent's one name, 20 bytes: pieces of a hybrid count once, whichever infohash a receipt names. */
      readonly name: Uint8Array;
    }
  | Fault;

async function judgeClaim(claim: Claim, rules: Rules): Promise<Judged> {
  const { infohash, sender, receiver: receiverKey, epoch } = claim;
  const { reporter, directory } = rules;
  if (equalBytes(sender, receiverKey)) {
    return { code: 'self', message: 'receiver: the sender himself; only what others received counts' };
  }
  if (!equalBytes(sender, reporter.account.publicKey)) {
    const known = directory.byKey(sender) !== undefined;
    return known
      ? {
          code: 'other-sender',
          message: `sender: not ${reporter.account.userId}; each sender reports his own receipts`,
        }
      : { code: 'sender-unknown', message: 'sender: this key is not registered here; register it first' };
  }
  const receiver = directory.byKey(receiverKey);
  if (receiver === undefined) {
    return {
      code: 'receiver-unknown',
      message: 'receiver: this key is not registered here, so nothing can be debited',
    };
  }
  const late = judgeEpoch(epoch, rules.epoch);
  if (late !== undefined) return late;
  const torrent = rules.torrent(infohash);
  if (torrent === undefined)
    return { code: 'torrent-unknown', message: 'infohash: no torrent that this tracker knows' };
  const length = lengthOf(claim, torrent);
  if (typeof length !== 'number') return length;
  if (!(await rules.announced.has(reporter.number, infohash, epoch, 'sender'))) {
    return notAnnounced('sender', epoch);
  }
  if (!(await rules.announced.has(receiver.number, infohash, epoch, 'receiver'))) {
    return notAnnounced('receiver', epoch);
  }
  return { receiver, length, name: announcedHash(torrent.infohash ?? torrent.infohashV2 ?? infohash) };
}

function judgeEpoch(epoch: number, now: number): Fault | undefined {
  if (epoch > now) {
    return { code: 'epoch-future', message: `epoch: ${epoch} is yet to come, it is ${now}; set the receiver's clock` };
  }
  if (epoch < now - 1) {
    return { code: 'epoch-past', message: `epoch: ${epoch} is over since long, it is ${now}; report within an epoch` };
  }
  return undefined;
}

/** Bytes of the pieces together: in each span all have the same length but the last one. */
function lengthOf({ piece, pieces }: Claim, { pieceLength, spans }: TorrentSizes): number | Fault {
  let [count, length] = [0, 0];
  for (const span of spans) {
    const start = Math.max(0, piece - count) * pieceLength;
    const end = Math.min(span, (piece + pieces - count) * pieceLength);
    length += Math.max(0, end - start);
    count += Math.ceil(span / pieceLength);
  }
  if (pieces >= 1 && pieces <= RECEIPT_PIECES && piece + pieces <= count) return length;
  const message = `pieces: ${pieces} from ${piece}; the torrent has ${count}, a receipt 1 to ${RECEIPT_PIECES}`;
  return { code: 'pieces', message };
}

function notAnnounced(who: Role, epoch: number): Fault {
  const lacking = who === 'receiver' ? ' as one that lacks some of it' : '';
  const message = `${who}: announced this torrent${lacking} neither in epoch ${epoch} nor in the one before; announce while you transfer`;
  return { code: `${who}-not-announced`, message };
}
