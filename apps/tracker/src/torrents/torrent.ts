/** What a tracker knows of a torrent: who it is, and how large each piece is. */
export interface Torrent {
  /** SHA-1 of the info dictionary (BEP 3), 20 bytes; undefined for one of version 2 alone. */
  readonly infohash: Uint8Array | undefined;
  /** SHA-256 of the info dictionary (BEP 52), 32 bytes; undefined for one of version 1 alone. */
  readonly infohashV2: Uint8Array | undefined;
  readonly name: string;
  /** In bytes. */
  readonly pieceLength: number;
  /** What the pieces cover, one after the other, in bytes: all content (version 1), or each file by itself (version 2). */
  readonly spans: readonly number[];
  /** BEP 27: peers come from its trackers alone. */
  readonly private: boolean;
}

/** Bytes of all content. */
export function torrentLength({ spans }: Torrent): number {
  return spans.reduce((sum, span) => sum + span, 0);
}

/** Number of pieces. */
export function pieceCount({ spans, pieceLength }: Torrent): number {
  return spans.reduce((sum, span) => sum + Math.ceil(span / pieceLength), 0);
}

/** Bytes of a piece; undefined where there is no such piece. */
export function pieceBytes({ spans, pieceLength }: Torrent, index: number): number | undefined {
  if (!Number.isSafeInteger(index) || index < 0) return undefined;
  let first = 0;
  for (const span of spans) {
    const pieces = Math.ceil(span / pieceLength);
    if (index < first + pieces) return Math.min(pieceLength, span - (index - first) * pieceLength);
    first += pieces;
  }
  return undefined;
}

/** The infohashes by which clients announce it, 20 bytes each: a hybrid has two (BEP 52). */
export function announcedInfohashes({ infohash, infohashV2 }: Torrent): readonly Uint8Array[] {
  return [infohash, infohashV2?.subarray(0, 20)].filter((hash) => hash !== undefined);
}
