/** What the tracker's use of a TEE bears. */
export const TEE_LIMITS = Object.freeze({
  /** Bytes of text that is quoted. */
  payloadBytes: 4096,
  /** Bytes of a salt of keys. */
  saltBytes: 128,
  /** Derived keys that are held: those asked for longest ago go first, and come again with the same salt. */
  derivedKeys: 10_000,
  /** Characters of a quote in hexadecimal. */
  quoteCharacters: 131_072,
  /** Characters of an event log. */
  eventLogCharacters: 65_536,
  /** Seconds after which an attestation is too old, unless a policy says otherwise. */
  maxAgeSeconds: 300,
});
