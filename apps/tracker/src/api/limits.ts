/** What the tracker's routes bear. */
export const API_LIMITS = Object.freeze({
  /** Bytes of a body: a report of as many receipts as one may have takes 360,000. */
  body: 524_288,
  /** Quotes that strangers cause in a second, all of them together. */
  quotesPerSecond: 10,
  /** Characters of an audience. */
  audience: 512,
  /** Entries whose proofs are asked for at once. */
  proofs: 256,
});
