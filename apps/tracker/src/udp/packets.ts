import type { AnnounceEvent } from '../announce/gate.ts';
import type { AnnounceRequest } from '../announce/request.ts';
import { MAX_SCRAPED, type ScrapeRequest } from '../scrape/scrape.ts';
import { passkeyOfOptions } from './options.ts';

/** Actions of BEP 15. */
export const ACTION = { connect: 0, announce: 1, scrape: 2, error: 3 } as const;

/** A packet of a client (BEP 15), its parts as views. */
export type ClientPacket = {
  /** 4 bytes that the answer repeats. */
  readonly transaction: Uint8Array;
} & (
  | { readonly kind: 'connect' }
  | { readonly kind: 'announce'; readonly connection: Uint8Array; readonly request: AnnounceRequest }
  | { readonly kind: 'scrape'; readonly connection: Uint8Array; readonly request: ScrapeRequest }
  | { readonly kind: 'malformed'; readonly connection: Uint8Array; readonly failure: string }
);

const PROTOCOL = 0x417_2710_1980n;
const HEADER = 16;
const ANNOUNCE = 98;
const EVENTS: readonly AnnounceEvent[] = ['update', 'completed', 'started', 'stopped', 'paused'];

/** The packet that a datagram is; undefined for what no client sends: it is not answered. */
export function readPacket(bytes: Uint8Array): ClientPacket | undefined {
  if (bytes.length < HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const action = view.getUint32(8);
  const transaction = bytes.subarray(12, 16);
  if (action === ACTION.connect) {
    return view.getBigUint64(0) === PROTOCOL ? { kind: 'connect', transaction } : undefined;
  }
  const connection = bytes.subarray(0, 8);
  const malformed = (failure: string): ClientPacket => ({ kind: 'malformed', transaction, connection, failure });
  if (action === ACTION.announce) {
    if (bytes.length < ANNOUNCE) return undefined;
    const request = readAnnounce(bytes, view);
    return typeof request === 'string' ? malformed(request) : { kind: 'announce', transaction, connection, request };
  }
  if (action !== ACTION.scrape) return undefined;
  const count = Math.floor((bytes.length - HEADER) / 20);
  if (count < 1) return undefined;
  if (count > MAX_SCRAPED) return malformed(`too many torrents: at most ${MAX_SCRAPED}`);
  const infohashes = Array.from({ length: count }, (_, index) => {
    return bytes.slice(HEADER + index * 20, HEADER + index * 20 + 20);
  });
  // BEP 41 knows no options of scrapes.
  return { kind: 'scrape', transaction, connection, request: { passkey: undefined, infohashes } };
}

/** The request of a whole announce, or why it is malformed. The address in it (bytes 84 to 87) counts for nothing. */
function readAnnounce(bytes: Uint8Array, view: DataView): AnnounceRequest | string {
  const event = EVENTS[view.getUint32(80)];
  if (event === undefined) return 'event: expected 0 to 4';
  const port = view.getUint16(96);
  if (port === 0) return 'port: expected 1 to 65535';
  const options = passkeyOfOptions(bytes.subarray(ANNOUNCE));
  if (typeof options === 'object') return options.failure;
  const wanted = view.getInt32(92);
  return {
    passkey: options,
    infohash: bytes.slice(16, 36),
    peerId: bytes.slice(36, 56),
    downloaded: count(view.getBigUint64(56)),
    left: count(view.getBigUint64(64)),
    uploaded: count(view.getBigUint64(72)),
    event,
    port,
    wanted: wanted < 0 ? undefined : wanted,
  };
}

/** Beyond the safe integers the largest of them. */
function count(value: bigint): number {
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}
