import { encodeBencode } from '../bencode/encode.ts';
import type { Bencode } from '../bencode/value.ts';
import { nameOf } from '../swarm/swarm.ts';
import type { Scraped } from './scrape.ts';

/** The answer to a scrape over HTTP (BEP 48, BEP 21); torrents that are not tracked here are not in it. */
export function scrapeAnswer(scraped: readonly Scraped[]): Uint8Array {
  const files = new Map<string, Bencode>();
  for (const { infohash, counts } of scraped) {
    if (counts === undefined) continue;
    files.set(nameOf(infohash), new Map(Object.entries(counts)));
  }
  return encodeBencode(new Map([['files', files]]));
}
