/** Run-time measurement registers, in order. A register of another name does not occur in event logs. */
export const REGISTERS = ['rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'] as const;

/** One run-time measurement register. */
export type Register = (typeof REGISTERS)[number];

/** Bytes of a register and of every digest that extends one (SHA-384). */
export const DIGEST_BYTES = 48;

/** The largest log that is read, in bytes. */
export const MAX_LOG_BYTES = 4_194_304;

/** The most events that are read. */
export const MAX_EVENTS = 16_384;

/** Type of dstack's own events (no type of the TCG). */
export const DSTACK_EVENT = 0x08000001;

/** How much of an event its digest covers: name and payload, the payload behind a label like `grub_cmd: `, or nothing shown here. */
export type Coverage = 'whole' | 'after-label' | 'none';

/** What an event says, whichever format it stands in. */
export interface EventContent {
  /** The register it extends; null for events that extend none (EV_NO_ACTION). */
  readonly register: Register | null;
  readonly type: number;
  /** `EV_…`, `dstack`, or the number in hex. */
  readonly typeName: string;
  /** dstack's name of the event; empty in TCG logs. */
  readonly name: string;
  readonly payload: Uint8Array;
  /** The payload as text where it is plain ASCII or a variable's name; else null. */
  readonly text: string | null;
}

/** An event as parsed, before any hash is computed. */
export interface ParsedEvent {
  readonly content: EventContent;
  /** The digest that stands in the log; undefined where it was stripped. */
  readonly given: Uint8Array | undefined;
  /** The bytes that its digest is the hash of, by definition of the format: undefined where the format defines none. */
  readonly preimage: Uint8Array | undefined;
  /** The preimage that the log states itself. */
  readonly stated: Uint8Array | undefined;
  /** Without a defined preimage: what firmware usually hashes. */
  readonly candidates: readonly (readonly [Coverage, Uint8Array])[];
}

/** A log in its form; nothing in it is trusted. */
export interface ParsedLog {
  readonly format: 'dstack' | 'tcg2';
  readonly events: readonly ParsedEvent[];
}

/** An event whose digest is known. */
export interface LoggedEvent extends EventContent {
  /** What extends the register: SHA-384, lower-case hex; recomputed where the format allows it. */
  readonly digest: string;
  /** What of the event the digest covers: all else is a description that anyone could have changed. */
  readonly measured: Coverage;
}

/** An event's name for messages: anyone may have chosen it, so it is shortened and plain ASCII. */
export function shownName(name: string): string {
  return name.slice(0, 64).replace(/[^ -~]/g, '?');
}
