/** What the HTTP side of a tracker bears. Times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  /** All header lines of a request together, its request line included. */
  readonly headerBytes: number;
  /** Until a request's header is whole. */
  readonly headersMs: number;
  /** Until a request's body is whole. */
  readonly requestMs: number;
  /** How long a connection waits for its next request. */
  readonly keepAliveMs: number;
  /** How long a connection may pass no byte. */
  readonly silenceMs: number;
  /** How long a connection whose request was refused unread may stay. */
  readonly lingerMs: number;
  /** How often deadlines are looked at. */
  readonly checkMs: number;
  /** One more is closed at once. */
  readonly connections: number;
  /** Of one address, or of one /64 of IPv6, unless it is a trusted proxy; one more is closed at once. */
  readonly connectionsPerNetwork: number;
  /** How long requests under way may take to finish once the server closes. */
  readonly closeMs: number;
}

/** The limits of a tracker that does not say otherwise. */
export const HTTP_LIMITS: HttpLimits = Object.freeze({
  headerBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5_000,
  silenceMs: 120_000,
  lingerMs: 1_000,
  checkMs: 1_000,
  connections: 8_192,
  connectionsPerNetwork: 256,
  closeMs: 10_000,
});
