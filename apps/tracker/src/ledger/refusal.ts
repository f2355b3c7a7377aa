/** Why something was refused; the codes are stable. */
export type RefusalCode =
  | 'user-id'
  | 'public-key'
  | 'signature'
  | 'user-exists'
  | 'key-exists'
  | 'user-unknown'
  | 'amount'
  | 'too-many'
  | 'credit-too-small'
  | 'export-exists'
  | 'export-unknown'
  | 'export-malformed'
  | 'export-proof'
  | 'other-tracker'
  | 'tracker-unknown'
  | 'attestation'
  | 'checkpoint-signature'
  | 'checkpoint-old'
  | 'checkpoint-inconsistent'
  | 'import-exists';

/** A request that was understood and refused: data, not an error. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The member of the request that it is about. */
  readonly field: string;
  /** What happened, and the remedy. */
  readonly message: string;
}

/** An answer that is a refusal. */
export interface Refused {
  readonly refused: Refusal;
}

/** Makes a refusal. */
export function refuse(code: RefusalCode, field: string, message: string): Refused {
  return { refused: { code, field, message } };
}
