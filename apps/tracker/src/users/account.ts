import type { UnixSeconds } from '@assay/verify/codec';

/** What was booked for a user, in bytes. */
export interface Amounts {
  /** Sent to others, as their receipts say. */
  readonly uploaded: number;
  /** Received from others, as his own receipts say. */
  readonly downloaded: number;
  /** Given by this tracker: at registration, or by its operator. */
  readonly granted: number;
  /** Brought from other trackers. */
  readonly imported: number;
  /** Taken to other trackers. */
  readonly exported: number;
}

/** A registered user. */
export interface Account extends Amounts {
  readonly userId: string;
  /** The long-term key: 48 bytes, a compressed point of G1. */
  readonly publicKey: Uint8Array;
  readonly registeredAt: UnixSeconds;
}

/** Everything that counts for a user, less what counts against him, in bytes. */
export function balanceOf({ uploaded, downloaded, granted, imported, exported }: Amounts): number {
  return uploaded + granted + imported - downloaded - exported;
}

/** What a user may take to another tracker: earned here; neither given nor brought from a third one (single hop). */
export function exportableOf({ uploaded, downloaded, exported }: Amounts): number {
  return Math.max(0, uploaded - downloaded - exported);
}

/** Credit by debit; null where nothing was received yet, since JSON has no infinity. */
export function ratioOf({ uploaded, downloaded, granted, imported, exported }: Amounts): number | null {
  const debit = downloaded + exported;
  return debit === 0 ? null : (uploaded + granted + imported) / debit;
}
