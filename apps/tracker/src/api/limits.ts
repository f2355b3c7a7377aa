/** What the tracker's routes bear. */
export const API_LIMITS = Object.freeze({
  /** Quotes that strangers cause in a second, all of them together. */
  quotesPerSecond: 10,
  /** Characters of an audience. */
  audience: 512,
  /** Entries whose proofs are asked for at once. */
  proofs: 256,
});
