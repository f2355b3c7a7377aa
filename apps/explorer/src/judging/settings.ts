import type { NamedRoot } from '../evidence/gather.ts';

/** What the reader trusts and expects, as typed. Empty texts say nothing. */
export interface Settings {
  /** ISO 8601 instant; empty for the present. */
  readonly at: string;
  /** Roots besides the vendors' own, which are pinned. */
  readonly roots: readonly NamedRoot[];
  readonly allowSimulated: boolean;
  /** A policy as JSON. */
  readonly policy: string;
  /** Hexadecimal. */
  readonly nonce: string;
  /** Hexadecimal. */
  readonly reportData: string;
  /** Asks only whether it is genuine. */
  readonly genuine: boolean;
  /** Asks only whether the record of a bundle reproduces. */
  readonly recorded: boolean;
}

/** The vendors' roots, the present, nothing expected. */
export const STRICT: Settings = {
  at: '',
  roots: [],
  allowSimulated: false,
  policy: '',
  nonce: '',
  reportData: '',
  genuine: false,
  recorded: false,
};
