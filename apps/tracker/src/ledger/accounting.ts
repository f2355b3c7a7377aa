import type { KeyObject } from 'node:crypto';
import type { Database } from '@assay/store';
import type { UnixSeconds } from '@assay/verify/codec';
import type { Announced, GateUser } from '../announce/gate.ts';
import type { ReceiptVerdict } from '../receipts/verdict.ts';
import type { Torrent } from '../torrents/torrent.ts';
import type { Account } from '../users/account.ts';
import type { Checkpoint, EntryProof, ExportDocument, SignedPromise } from './documents.ts';
import type { Refused } from './refusal.ts';
import type { TrackerSchema } from './schema.ts';

/** What receipts need to know of a torrent. */
export type TorrentSizes = Pick<Torrent, 'infohash' | 'infohashV2' | 'pieceLength' | 'spans'>;

/** A user's own words: who he is, and that the key is his. */
export interface RegisterRequest {
  /** 1 to 64 of `A-Z a-z 0-9 . _ @ -`. */
  readonly userId: string;
  /** 48 bytes. */
  readonly publicKey: Uint8Array;
  /** 96 bytes: BLS over `register||<userId>||<instanceId>`. */
  readonly signature: Uint8Array;
}

/** A registration that was booked. The passkey is a secret, told here and at `rotatePasskey` only. */
export interface Registered {
  readonly account: Account;
  readonly passkey: string;
  readonly sequence: number;
}

/** Receipts that a sender hands in. */
export interface ReportRequest {
  readonly userId: string;
  /** Groups of receipts as JSON: see `receipts/groups.ts`. */
  readonly receipts: unknown;
}

/** A verdict for each receipt, and a promise for those that are booked; null when there are none. */
export interface Reported {
  readonly verdicts: readonly ReceiptVerdict[];
  readonly promise: SignedPromise | null;
  readonly account: Account;
}

/** A user's wish to take credit elsewhere. */
export interface ExportRequest {
  readonly userId: string;
  /** Id of the importing tracker. */
  readonly importer: string;
  readonly bytes: number;
  /** All that the account says to be exported so far: makes each request good once. */
  readonly exportedBefore: number;
  /** 96 bytes: BLS over `exportMessage`. */
  readonly signature: Uint8Array;
}

/** Another tracker whose exports may be imported. */
export interface TrustedTracker {
  /** Its ledger key: DER SubjectPublicKeyInfo of an Ed25519 key. */
  readonly publicKey: Uint8Array;
}

/** What the operator decides. */
export interface AccountingOptions {
  readonly db: Database<TrackerSchema>;
  /** Id of this tracker, in receipts, certificates and registrations; 1 to 128 of `A-Z a-z 0-9 . _ : -`. */
  readonly instanceId: string;
  /** Ed25519, signs checkpoints and promises. */
  readonly signingKey: KeyObject;
  /** What is known of a torrent (20 or 32 bytes); undefined refuses its receipts. */
  readonly torrent: (infohash: Uint8Array) => TorrentSizes | undefined;
  /** Trackers by id whose credit is taken; none unless given. */
  readonly imports?: Readonly<Record<string, TrustedTracker>>;
  /**
   * Judges the exporting tracker's attestation under this importer's policy: its statement must name the key that signed
   * the checkpoint. Refuses everybody unless given.
   */
  readonly attested?: (
    tracker: string,
    evidence: unknown,
    exporter: TrustedTracker & { readonly checkpoint: Checkpoint },
  ) => Promise<boolean>;
  /** Length of an epoch; 3,600 unless given. */
  readonly epochSeconds?: number;
  /** Least ratio with which one may download; 0.5 unless given. A function, so that it can change while running. */
  readonly minRatio?: () => number;
  /** What each new user is given, in bytes; 0 unless given. */
  readonly grant?: number;
  /** Makes passkeys HMACs under this secret (32 bytes), so that they can be told again; random unless given. */
  readonly passkeySecret?: Uint8Array;
  readonly now?: () => UnixSeconds;
  readonly randomBytes?: (length: number) => Uint8Array;
}

/** Users, receipts and ledger of one tracker. */
export interface Accounting extends AsyncDisposable {
  /** DER SubjectPublicKeyInfo of the signing key. */
  readonly publicKey: Uint8Array;
  readonly register: (request: RegisterRequest) => Promise<Registered | Refused>;
  readonly report: (request: ReportRequest) => Promise<Reported | Refused>;
  /** From memory. */
  readonly account: (userId: string) => Account | undefined;
  /** The half of the `Gate` that accounts answer. */
  readonly gate: {
    readonly user: (passkey: string | undefined) => GateUser | undefined;
    readonly announced: (announced: Announced) => void;
  };
  /** A new passkey; the old one is good no more. */
  readonly rotatePasskey: (userId: string) => Promise<{ readonly passkey: string } | Refused>;
  readonly revokePasskey: (userId: string) => Promise<Refused | undefined>;
  /** The operator gives a user credit, against the grants' account. */
  readonly give: (userId: string, bytes: number) => Promise<{ readonly sequence: number } | Refused>;
  readonly statistics: () => { readonly users: number; readonly entries: number };
  /** The ledger as it is now, signed. */
  readonly checkpoint: () => Promise<Checkpoint>;
  /** Entries with their way to the root of a size; undefined for numbers beyond it. */
  readonly proofs: (sequences: readonly number[], size: number) => Promise<readonly EntryProof[] | undefined>;
  /** The way from one size's root to another's (RFC 9162 section 2.1.4), lower-case hex; undefined for impossible sizes. */
  readonly consistency: (from: number, to: number) => Promise<readonly string[] | undefined>;
  readonly exportCredit: (request: ExportRequest) => Promise<{ readonly sequence: number } | Refused>;
  /** The document of an export, under a checkpoint of now; `since` is the size that the importing tracker saw last. */
  readonly exportDocument: (sequence: number, since: number | null) => Promise<ExportDocument | Refused>;
  /** Books an export of another tracker for the user who has the same key here. `evidence` goes to `attested`. */
  readonly importCredit: (
    document: unknown,
    evidence: unknown,
  ) => Promise<{ readonly userId: string; readonly bytes: number; readonly sequence: number } | Refused>;
  /** Size of the checkpoint that was last seen of a tracker; null when none was. */
  readonly lastSeen: (tracker: string) => Promise<number | null>;
  /** Writes what announces left in memory, and reads what other processes wrote; to be called every few seconds. */
  readonly refresh: () => Promise<void>;
  readonly close: () => Promise<void>;
}
