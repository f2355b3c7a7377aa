import type { UnixSeconds } from '@assay/verify/codec';

/** Who announces, as the accounts know it. */
export interface GateUser {
  readonly id: string;
  /** False where the user's ratio is too low to download; it may still seed. */
  readonly mayLeech: boolean;
}

/** What a client said it did (BEP 3, BEP 21); `update` is the regular announce, which names no event. */
export type AnnounceEvent = 'started' | 'completed' | 'stopped' | 'paused' | 'update';

/** An announce that was let in. */
export interface Announced {
  /** Id of the user. */
  readonly user: string;
  /** 20 bytes: of version 2 torrents the truncated one (BEP 52). */
  readonly infohash: Uint8Array;
  /** Number of the epoch since 1970 in which the announce arrived. */
  readonly epoch: number;
  /** When it arrived. */
  readonly at: UnixSeconds;
  /** 20 bytes that the client chose for itself. */
  readonly peer: Uint8Array;
  readonly event: AnnounceEvent;
  /** What the client says of itself, in bytes: never a reason to credit anybody. */
  readonly uploaded: number;
  readonly downloaded: number;
  /** Bytes it still lacks; what does not fit is the largest safe integer. */
  readonly left: number;
}

/** What announces ask the accounts. Synchronous: answers come out of indexes in memory. */
export interface Gate {
  /** The user of a passkey; without a passkey whoever an open tracker takes strangers for. Undefined is refused. */
  user(passkey: string | undefined): GateUser | undefined;
  /** Whether a torrent (20 bytes) is tracked here; undefined where it is unknown, which is refused too. */
  torrent(infohash: Uint8Array): { readonly allowed: boolean } | undefined;
  /** Takes note of an announce; never awaited, must not throw. */
  announced(announced: Announced): void;
}

/** Epoch of a time; `epochSeconds` is the length of each. */
export function epochAt(at: UnixSeconds, epochSeconds: number): number {
  return Math.floor(at / epochSeconds);
}
