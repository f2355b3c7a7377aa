/** What swarms may take. Peers cost 68 bytes each and are allocated once; a swarm costs some 400 bytes. */
export interface SwarmLimits {
  /** Peers of all swarms together. */
  readonly peers: number;
  readonly swarms: number;
  readonly peersPerSwarm: number;
  /** Peers that a swarm has of one IPv4 address, or of one /64 of IPv6. */
  readonly peersPerNetwork: number;
  /** Seconds after its last announce at which a peer is taken for gone. */
  readonly staleSeconds: number;
}

/** The limits of a tracker that does not say otherwise. */
export const SWARM_LIMITS: SwarmLimits = Object.freeze({
  peers: 1_048_576,
  swarms: 131_072,
  peersPerSwarm: 262_144,
  peersPerNetwork: 64,
  staleSeconds: 2_700,
});

/** Stale peers removed in passing by one announce: more than it can add, so that none pile up. */
export const SWEEP_PER_ANNOUNCE = 4;
