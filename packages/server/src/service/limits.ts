/** What a service bears of its peers. Times in milliseconds, sizes in bytes. */
export interface ServiceLimits {
  /** All header lines of a request together, its request line included. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** From a connection's begin, or a request's first byte, until its header is whole. */
  readonly headersMs: number;
  /** From a request's first byte until its body is whole. */
  readonly requestMs: number;
  /** How long a connection waits for its next request. */
  readonly keepAliveMs: number;
  /** How long a connection with a request may pass no byte: hung handlers, and peers that do not read. */
  readonly silenceMs: number;
  readonly tlsHandshakeMs: number;
  /** How often deadlines of headers and requests are looked at. */
  readonly checkMs: number;
  /** One more takes the place of the one that has been idle for longest; without such a one it is closed. */
  readonly connections: number;
  /** Requests under way on one connection. */
  readonly pipelined: number;
  /** Of one body. All at once may take `connections` × `pipelined` × this, when no handler answers. */
  readonly bodyBytes: number;
  /** How long requests under way may take to finish once the service closes. */
  readonly closeMs: number;
}

/** The limits of every service that does not say otherwise. */
export const SERVICE_LIMITS: ServiceLimits = Object.freeze({
  headerBytes: 16_384,
  headerCount: 100,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 5_000,
  silenceMs: 120_000,
  tlsHandshakeMs: 10_000,
  checkMs: 1_000,
  connections: 1_024,
  pipelined: 8,
  bodyBytes: 131_072,
  closeMs: 10_000,
});

/** How often one peer may ask: `burst` requests at once, and `perSecond` in the long run. */
export interface RateLimit {
  readonly burst: number;
  readonly perSecond: number;
  /** Peers remembered; of more, those not seen for the longest time are forgotten. */
  readonly peers: number;
}

/** The rate of every service that does not say otherwise. */
export const SERVICE_RATE: RateLimit = Object.freeze({ burst: 200, perSecond: 100, peers: 10_000 });
