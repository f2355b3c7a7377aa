import { createHash } from 'node:crypto';
import { fromUtf8 } from '@assay/verify/codec';
import { decodeBencode } from '../bencode/decode.ts';
import { encodeBencode } from '../bencode/encode.ts';
import type { BencodeDictionary } from '../bencode/value.ts';
import { bad, dictionary, text, whole } from './fields.ts';
import { fileSpans } from './file-tree.ts';
import { MAX_FILES, MAX_PIECE_LENGTH, MAX_TORRENT_BYTES } from './limits.ts';
import { type Torrent, torrentLength } from './torrent.ts';

/** The torrent of a .torrent file (BEP 3, 27, 52). Throws `malformed`, naming the field. */
export function parseTorrent(bytes: Uint8Array): Torrent {
  if (bytes.length > MAX_TORRENT_BYTES) throw bad('torrent', `at most ${MAX_TORRENT_BYTES} bytes`, `${bytes.length}`);
  const info = dictionary(dictionary(decodeBencode(bytes), 'torrent').get('info'), 'info');
  // Decoding is strict: these are the bytes of the file.
  const raw = encodeBencode(info);
  const version = info.get('meta version') ?? 1;
  if (version !== 1 && version !== 2) throw bad('info.meta version', '1 or 2', 'another');
  const pieceLength = whole(info.get('piece length'), 'info.piece length', 1, MAX_PIECE_LENGTH);
  const pieces = info.get('pieces');
  if (pieces === undefined && version === 1) throw bad('info.pieces', 'hashes of 20 bytes', 'nothing');
  if (version === 2 && (pieceLength < 16_384 || 2 ** Math.round(Math.log2(pieceLength)) !== pieceLength)) {
    throw bad('info.piece length', 'a power of two from 16384', `${pieceLength}`);
  }
  const tree = version === 2 ? fileSpans(dictionary(info.get('file tree'), 'info.file tree')) : [];
  const torrent: Torrent = {
    infohash: pieces === undefined ? undefined : createHash('sha1').update(raw).digest(),
    infohashV2: version === 2 ? createHash('sha256').update(raw).digest() : undefined,
    name: fromUtf8(text(info.get('name'), 'info.name'), 'info.name'),
    pieceLength,
    spans: pieces === undefined ? tree : [contentLength(info)],
    private: info.get('private') === 1,
  };
  if (pieces !== undefined) {
    const expected = Math.ceil(torrentLength(torrent) / pieceLength) * 20;
    const { length } = text(pieces, 'info.pieces');
    if (length !== expected) throw bad('info.pieces', `${expected} bytes`, `${length}`);
  }
  return torrent;
}

/** Bytes of all files together (version 1): one `length`, or one in each of `files`. */
function contentLength(info: BencodeDictionary): number {
  const files = info.get('files');
  if (files === undefined) return whole(info.get('length'), 'info.length', 0, Number.MAX_SAFE_INTEGER);
  if (!Array.isArray(files)) throw bad('info.files', 'a list', 'something else');
  if (files.length > MAX_FILES) throw bad('info.files', `at most ${MAX_FILES}`, `${files.length}`);
  let sum = 0;
  for (const file of files) {
    sum += whole(dictionary(file, 'info.files').get('length'), 'info.files.length', 0, Number.MAX_SAFE_INTEGER);
  }
  if (!Number.isSafeInteger(sum)) throw bad('info.files', 'a length that can be', 'more');
  return sum;
}
