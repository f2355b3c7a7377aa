import { createHash } from 'node:crypto';
import { decodeBencode } from '../bencode/decode.ts';
import { bad, dictionary, text, whole } from '../torrents/fields.ts';
import { parseTorrent } from '../torrents/parse.ts';
import { PEER_LIMITS } from './limits.ts';

/** A torrent of one file (BEP 3), as a peer needs it. */
export interface Metainfo {
  /** SHA-1 of the info dictionary, 20 bytes. */
  readonly infohash: Uint8Array;
  /** A plain file name. */
  readonly name: string;
  /** Bytes of each piece but the last. */
  readonly pieceLength: number;
  /** Bytes of the file. */
  readonly length: number;
  /** SHA-1 of each piece. */
  readonly pieces: readonly Uint8Array[];
}

const HASH = 20;

/** Reads a torrent file. Throws `malformed`, naming the field. */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  const { infohash, name } = parseTorrent(bytes);
  const info = dictionary(dictionary(decodeBencode(bytes), 'torrent').get('info'), 'info');
  if (infohash === undefined) throw bad('info.pieces', 'a torrent of version 1', 'one of version 2 alone');
  if (info.has('files')) throw bad('info.files', 'a torrent of one file', 'several');
  const pieceLength = whole(info.get('piece length'), 'info.piece length', 1, PEER_LIMITS.pieceBytes);
  const length = whole(info.get('length'), 'info.length', 1, Number.MAX_SAFE_INTEGER);
  const hashes = text(info.get('pieces'), 'info.pieces');
  const pieces = Array.from({ length: hashes.length / HASH }, (_, at) => hashes.subarray(at * HASH, (at + 1) * HASH));
  // A torrent must not choose where files go.
  if (!/^[^/\\\p{Cc}]{1,200}$/u.test(name) || name === '.' || name === '..') {
    throw bad('info.name', 'a plain file name', 'something else');
  }
  return { infohash, name, pieceLength, length, pieces };
}

/** Bytes of a piece; the last one may be shorter. */
export function pieceBytes({ length, pieceLength }: Metainfo, piece: number): number {
  return Math.min(pieceLength, length - piece * pieceLength);
}

/** SHA-1, which version 1 torrents name pieces by. */
export function sha1(bytes: Uint8Array): Uint8Array {
  return createHash('sha1').update(bytes).digest();
}
