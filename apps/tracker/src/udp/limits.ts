/** What a UDP tracker bears. */
export interface UdpLimits {
  /** Packets a second from one IPv4 address, or one /64 of IPv6; more are dropped. */
  readonly packetsPerSecond: number;
  /** Bytes of an answer, so that it is one packet on every path. */
  readonly answerBytes: number;
  /** Seconds that a connection id is given out; it is taken for one window more (BEP 15: two minutes at most). */
  readonly windowSeconds: number;
}

/** The limits of a tracker that does not say otherwise. */
export const UDP_LIMITS: UdpLimits = Object.freeze({ packetsPerSecond: 200, answerBytes: 1_232, windowSeconds: 60 });

/** Counters of the flood guard: addresses share them, so that no flood takes memory. */
export const FLOOD_COUNTERS = 65_536;
