import type { Answer } from '../announce/announce.ts';
import { compactEndpoints } from '../announce/answer.ts';
import type { Scraped } from '../scrape/scrape.ts';
import type { Peers } from '../swarm/peers.ts';
import { ACTION } from './packets.ts';

/** Answers a connect with an id: 16 bytes, as many as were asked with. */
export function connectPacket(transaction: Uint8Array, connection: Uint8Array): Buffer {
  return Buffer.concat([words(ACTION.connect), transaction, connection]);
}

/** Answers an announce with peers of one version of IP, whose endpoints have `length` bytes. */
export function announcePacket(
  transaction: Uint8Array,
  { complete, incomplete, picked }: Answer,
  peers: Peers,
  { interval, length }: { readonly interval: number; readonly length: number },
): Buffer {
  const endpoints = compactEndpoints(peers, picked, length);
  return Buffer.concat([words(ACTION.announce), transaction, words(interval, incomplete, complete), endpoints]);
}

/** Answers a scrape: three counts for each torrent, zeros where it is not tracked here. */
export function scrapePacket(transaction: Uint8Array, scraped: readonly Scraped[]): Buffer {
  const counts = scraped.flatMap(({ counts: found }) =>
    found === undefined ? [0, 0, 0] : [found.complete, found.downloaded, found.incomplete],
  );
  return Buffer.concat([words(ACTION.scrape), transaction, words(...counts)]);
}

/** Says why a request was refused. */
export function errorPacket(transaction: Uint8Array, failure: string): Buffer {
  return Buffer.concat([words(ACTION.error), transaction, Buffer.from(failure)]);
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}
