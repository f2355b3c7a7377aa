/** Most that one report may have, and hold others up with. */
export const REPORT_LIMITS = {
  /** Groups; each session's certificate costs a check of about a millisecond when it is new. */
  groups: 64,
  /** Receipts of all groups together. */
  receipts: 1_024,
  /** Of one aggregate: its check is one piece of work that nothing interrupts, about 0.3 ms for each. */
  aggregate: 64,
} as const;

/** Most epochs from now that a certificate may be good for: 31 days of hours. */
export const CERTIFICATE_EPOCHS = 744;

/** Certificates whose signature was checked and is remembered. */
export const KEPT_CERTIFICATES = 4_096;

/** Signatures that are checked before others have their turn: 4 ms, and 35 ms where each one by a long-term key is bad. */
export const CHECKED_AT_ONCE = { session: 64, signed: 16 } as const;

/** Most pieces of one receipt. */
export const RECEIPT_PIECES = 65_536;
