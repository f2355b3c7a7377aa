import type { Tracker } from '../announce/announce.ts';
import { eachParameter, infohashOf, isPasskey } from '../announce/parameters.ts';
import { type Refusal, refuse } from '../announce/request.ts';
import type { SwarmCounts } from '../swarm/swarm.ts';

/** Torrents of one scrape: as many as a packet of BEP 15 holds. */
export const MAX_SCRAPED = 74;

/** A scrape, however it arrived. */
export interface ScrapeRequest {
  readonly passkey: string | undefined;
  /** 20 bytes each. */
  readonly infohashes: readonly Uint8Array[];
}

/** Counts of one torrent. */
export interface Scraped {
  readonly infohash: Uint8Array;
  /** Undefined where the torrent is not tracked here. */
  readonly counts: SwarmCounts | undefined;
}

/** The scrape that a raw query is (BEP 48); `passkey` is the one in the path. What is tracked here is not listed. */
export function readScrapeQuery(query: string, passkey: string | undefined): ScrapeRequest | Refusal {
  let key = passkey;
  const infohashes: Uint8Array[] = [];
  const refusal = eachParameter(query, (name, value) => {
    if (name === 'passkey') {
      if (key !== undefined) return refuse('passkey: given twice');
      if (!isPasskey(value)) return refuse('passkey: expected letters, digits, - and _');
      key = value;
    } else if (name === 'info_hash') {
      const infohash = infohashOf(value);
      if (infohash === undefined) return refuse('info_hash: expected 20 bytes, percent-encoded, or 32 of version 2');
      if (infohashes.length === MAX_SCRAPED) return refuse(`too many torrents: at most ${MAX_SCRAPED}`);
      infohashes.push(infohash);
    }
    return undefined;
  });
  if (refusal !== undefined) return refusal;
  return infohashes.length === 0 ? refuse('info_hash is missing') : { passkey: key, infohashes };
}

/** The counts of each torrent asked for, in that order. */
export function scrape({ gate, swarms }: Tracker, request: ScrapeRequest): readonly Scraped[] | Refusal {
  if (gate.user(request.passkey) === undefined) {
    return refuse(request.passkey === undefined ? 'a passkey is missing: scrape /scrape/PASSKEY' : 'unknown passkey');
  }
  return request.infohashes.map((infohash) => {
    const allowed = gate.torrent(infohash)?.allowed === true;
    return { infohash, counts: allowed ? swarms.counts(infohash) : undefined };
  });
}
