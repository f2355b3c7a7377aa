import { hash, type KeyObject, sign } from 'node:crypto';
import { type Database, type DatabaseOptions, openDatabase } from '@assay/store';
import {
  type Accounting,
  type AccountingOptions,
  aggregate,
  type BlsKey,
  blsKeyPair,
  ed25519Key,
  encodeReceipt,
  issueCertificate,
  openAccounting,
  type Receipt,
  type Reported,
  registrationMessage,
  type TrackerSchema,
} from '@assay/tracker';
import { toBase64 } from '@assay/verify/codec';

/** A user's client: its keys. */
export interface Client {
  readonly userId: string;
  readonly key: BlsKey;
  /** Ed25519, raw public key and private key. */
  readonly session: { readonly publicKey: Uint8Array; readonly privateKey: KeyObject };
}

/** A tracker's accounts with a clock of their own. */
export interface AccountsInTests extends AsyncDisposable {
  readonly accounts: Accounting;
  readonly db: Database<TrackerSchema>;
  readonly clock: { now: number };
}

/** Length of an epoch in tests, and the time at which they start: the middle of epoch 500,000. */
export const EPOCH = 3_600;
export const START = 500_000 * EPOCH + 1_800;
/** The epoch at the start. */
export const NOW = 500_000;

export const PIECES = 5_000;
/** So many pieces of 16 KiB; the last one has 100 bytes. */
export const TORRENT = {
  infohash: Uint8Array.from({ length: 20 }, (_, index) => 255 - index),
  infohashV2: undefined,
  pieceLength: 16_384,
  spans: [(PIECES - 1) * 16_384 + 100],
};
export const TRACKER = 'tracker_instance_1';

const seedOf = (text: string): Uint8Array => hash('sha256', text, 'buffer');

/** The ledger's key of a tracker. */
export const signingKeyOf = (instanceId: string): KeyObject => ed25519Key(seedOf(`ledger ${instanceId}`));

/** A client whose keys follow from its name. */
export function clientOf(userId: string): Client {
  const privateKey = ed25519Key(seedOf(`session ${userId}`));
  const { x = '' } = privateKey.export({ format: 'jwk' });
  const publicKey = new Uint8Array(Buffer.from(x, 'base64url'));
  return { userId, key: blsKeyPair(seedOf(`long-term ${userId}`)).key, session: { publicKey, privateKey } };
}

/** Opens accounts over a database that may have been used before. */
export async function openAccounts(
  options: DatabaseOptions,
  given: Partial<AccountingOptions> = {},
): Promise<AccountsInTests> {
  const db = await openDatabase<TrackerSchema>(options);
  const clock = { now: START };
  const instanceId = given.instanceId ?? TRACKER;
  const accounts = await openAccounting({
    db,
    instanceId,
    signingKey: signingKeyOf(instanceId),
    torrent: (infohash) => (Buffer.from(infohash).equals(TORRENT.infohash) ? TORRENT : undefined),
    now: () => clock.now,
    ...given,
  });
  const dispose = async (): Promise<void> => {
    await accounts.close();
    await db.close();
  };
  return { accounts, db, clock, [Symbol.asyncDispose]: dispose };
}

/** Registers clients, and lets each of them announce the torrent in the epoch of the clock. */
export async function enrol(to: Accounting, clients: readonly Client[], tracker = TRACKER): Promise<void> {
  for (const { userId, key } of clients) {
    const signature = key.sign(registrationMessage(userId, tracker));
    const done = await to.register({ userId, publicKey: key.publicKey, signature });
    if ('refused' in done) throw new Error(done.refused.message);
    announce(to, userId, NOW);
  }
}

/** An announce of the torrent by somebody who lacks some of it, unless said otherwise. */
export function announce(
  to: Accounting,
  user: string,
  epoch: number,
  { infohash = TORRENT.infohash, left = 1 }: { readonly infohash?: Uint8Array; readonly left?: number } = {},
): void {
  const event = { user, infohash, epoch, at: epoch * EPOCH, peer: new Uint8Array(20), event: 'update' } as const;
  to.gate.announced({ ...event, uploaded: 0, downloaded: 0, left });
}

/** One piece from sender to receiver, with what is to be different. */
export function receiptOf(sender: Client, receiver: Client, piece: number, other: Partial<Receipt> = {}): Uint8Array {
  return encodeReceipt({
    tracker: TRACKER,
    infohash: TORRENT.infohash,
    sender: sender.key.publicKey,
    receiver: receiver.key.publicKey,
    piece,
    pieces: 1,
    bytes: piece === PIECES - 1 ? 100 : 16_384,
    epoch: NOW,
    sequence: piece,
    ...other,
  });
}

/** A group signed by the receiver's session key. */
export function bySession(
  receiver: Client,
  receipts: readonly Uint8Array[],
  other: { readonly lastEpoch?: number; readonly tracker?: string } = {},
): { certificate: string; receipts: string[]; signatures: string[] } {
  const { publicKey: sessionKey, privateKey } = receiver.session;
  const content = { tracker: TRACKER, lastEpoch: NOW + 24, ...other, sessionKey };
  return {
    certificate: toBase64(issueCertificate(receiver.key, content)),
    receipts: receipts.map(toBase64),
    signatures: receipts.map((bytes) => toBase64(sign(null, bytes, privateKey))),
  };
}

/** A group signed one by one by the receivers' long-term keys. */
export function byKeys(signed: readonly (readonly [receiver: Client, receipt: Uint8Array])[]): {
  receipts: string[];
  signatures: string[];
} {
  return {
    receipts: signed.map(([, bytes]) => toBase64(bytes)),
    signatures: signed.map(([{ key }, bytes]) => toBase64(key.sign(bytes))),
  };
}

/** A group under one signature. */
export function byAggregate(signed: readonly (readonly [receiver: Client, receipt: Uint8Array])[]): {
  receipts: string[];
  signature: string;
} {
  return {
    receipts: signed.map(([, bytes]) => toBase64(bytes)),
    signature: toBase64(aggregate(signed.map(([{ key }, bytes]) => key.sign(bytes)))),
  };
}

/** Hands in receipts. Throws where the report as a whole is refused. */
export async function report({ accounts }: AccountsInTests, userId: string, receipts: unknown): Promise<Reported> {
  const answer = await accounts.report({ userId, receipts });
  if ('refused' in answer) throw new Error(answer.refused.message);
  return answer;
}

/** Each receipt's outcome, or the code with which it was refused. */
export function outcomesOf({ verdicts }: Reported): readonly string[] {
  return verdicts.map((verdict) => (verdict.outcome === 'refused' ? verdict.code : verdict.outcome));
}
