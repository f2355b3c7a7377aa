import type { AnnounceEvent } from './gate.ts';

/** Why a client is sent away, in words for its user. */
export interface Refusal {
  readonly failure: string;
}

/** A client's request, however it arrived. */
export interface AnnounceRequest {
  readonly passkey: string | undefined;
  /** 20 bytes; of a version 2 torrent the first 20 (BEP 52). */
  readonly infohash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
  /** Where it listens. */
  readonly port: number;
  readonly event: AnnounceEvent;
  /** In bytes. */
  readonly uploaded: number;
  readonly downloaded: number;
  readonly left: number;
  /** How many peers it wants; undefined leaves that to the tracker. */
  readonly wanted: number | undefined;
}

/** A refusal with its words. */
export function refuse(failure: string): Refusal {
  return { failure };
}
