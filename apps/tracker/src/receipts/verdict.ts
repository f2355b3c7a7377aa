/** Why a receipt does not count; the codes are stable. */
export type ReceiptCode =
  | 'malformed'
  | 'other-tracker'
  | 'other-sender'
  | 'self'
  | 'sender-unknown'
  | 'receiver-unknown'
  | 'epoch-future'
  | 'epoch-past'
  | 'torrent-unknown'
  | 'pieces'
  | 'bytes'
  | 'sender-not-announced'
  | 'receiver-not-announced'
  | 'certificate'
  | 'certificate-expired'
  | 'signature'
  | 'aggregate'
  | 'piece-counted';

/** Where a receipt stands in the report: which group, and which of its receipts, both from 0. */
export interface Position {
  readonly group: number;
  readonly receipt: number;
}

/** What became of one receipt. */
export type ReceiptVerdict = Position &
  (
    | {
        /** `counted`: booked now. `duplicate`: booked before, under the same number. `uncounted`: genuine, kept, mints nothing. */
        readonly outcome: 'counted' | 'duplicate' | 'uncounted';
        /** SHA-256 of the receipt's bytes, lower-case hex. */
        readonly id: string;
        /** Number of its entry in the ledger. */
        readonly sequence: number;
        /** Bytes moved from receiver to sender by this receipt; 0 unless it was counted now. */
        readonly bytes: number;
      }
    | { readonly outcome: 'refused'; readonly code: ReceiptCode; readonly message: string }
  );
