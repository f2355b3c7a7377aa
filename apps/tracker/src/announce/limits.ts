/** Of one query string, in characters: room for the 74 infohashes of a scrape. */
export const MAX_QUERY = 8_192;
/** Parameters of one query, known or not. */
export const MAX_PARAMETERS = 80;
/** Of one value as it is sent, in characters: an infohash of 32 bytes takes 96. */
export const MAX_VALUE = 256;
/** Of a passkey, in characters. */
export const MAX_PASSKEY = 128;

/** What an announce is answered. Times in seconds. */
export interface AnnounceLimits {
  /** When a client is to come again. */
  readonly interval: number;
  /** How long it should wait at least. */
  readonly minInterval: number;
  /** Peers for a client that does not say how many it wants. */
  readonly wanted: number;
  /** Peers for a client that wants very many. */
  readonly mostWanted: number;
}

/** The limits of a tracker that does not say otherwise. */
export const ANNOUNCE_LIMITS: AnnounceLimits = Object.freeze({
  interval: 1_800,
  minInterval: 900,
  wanted: 50,
  mostWanted: 200,
});
