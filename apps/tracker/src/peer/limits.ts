/** What a peer bears from another one. */
export const PEER_LIMITS = Object.freeze({
  /** Bytes of a block; others ask for as many at once, and for no more (BEP 3). */
  block: 16_384,
  /** Bytes of a message beside the bitfield: a block with its header, or an extended message. */
  messageBytes: 32_768,
  /** Blocks that are asked for before the first one came. */
  pipeline: 64,
  /** Blocks that another peer may have asked for. */
  requests: 512,
  /** Pieces that were sent and not receipted: with so many, a peer that knows receipts gets no more. */
  owed: 32,
  /** Receipts in one message. */
  receipts: 32,
  /** Bytes that wait to be sent to one peer. */
  buffered: 1_048_576,
  connections: 50,
  handshakeMs: 10_000,
  connectMs: 10_000,
  /** One message from its first byte to its last. */
  messageMs: 60_000,
  /** Without a message; peers send an empty one every two minutes (BEP 3). */
  idleMs: 180_000,
  keepAliveMs: 100_000,
  /** Bytes of a torrent file. */
  metainfoBytes: 8_388_608,
  /** Bytes of a piece, which is put together in memory. */
  pieceBytes: 16_777_216,
  /** Receipts that wait for the tracker; the oldest are given up first. */
  keptReceipts: 16_384,
  /** Receipts in one report: with the longest names they stay within what a service takes as a body. */
  reportedReceipts: 128,
  /** A call of the tracker: two of them, when a peer ends, fit in what service managers wait. */
  trackerMs: 4_000,
  /** Bytes of a tracker's answer. */
  answerBytes: 1_048_576,
});
