import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '@assay/verify/codec';
import { type Bits, createBits } from './bits.ts';
import { type Metainfo, pieceBytes, sha1 } from './metainfo.ts';

/** The file of a torrent on this machine. */
export interface Content extends AsyncDisposable {
  /** Pieces that are there, and were checked. */
  readonly here: Bits;
  /** Bytes that are missing. */
  readonly left: () => number;
  readonly read: (piece: number, begin: number, length: number) => Promise<Uint8Array>;
  /** Keeps a whole piece; false where it is not the torrent's. */
  readonly write: (piece: number, bytes: Uint8Array) => Promise<boolean>;
}

/** Opens the file in a folder, which is made where it is missing, and checks what it holds. */
export async function openContent(metainfo: Metainfo, folder: string): Promise<Content> {
  const { length, pieceLength, pieces } = metainfo;
  await mkdir(folder, { recursive: true });
  // Others may have put a link there.
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  const file = await open(join(folder, metainfo.name), flags, 0o644);
  const here = createBits(pieces.length);
  const right = (piece: number, bytes: Uint8Array): boolean => {
    const expected = pieces[piece];
    return bytes.length === pieceBytes(metainfo, piece) && expected !== undefined && equalBytes(sha1(bytes), expected);
  };
  const read = (piece: number, begin: number, count: number): Promise<Uint8Array> =>
    readAt(file, piece * pieceLength + begin, count);
  let missing = length;
  const found = (piece: number): void => {
    if (here.has(piece)) return;
    here.add(piece);
    missing -= pieceBytes(metainfo, piece);
  };
  const { size } = await file.stat();
  for (let piece = 0; piece < pieces.length && piece * pieceLength < size; piece += 1) {
    if (right(piece, await read(piece, 0, pieceBytes(metainfo, piece)))) found(piece);
  }
  return {
    here,
    left: () => missing,
    read,
    async write(piece, bytes) {
      if (!right(piece, bytes)) return false;
      await file.write(bytes, 0, bytes.length, piece * pieceLength);
      found(piece);
      return true;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function readAt(file: FileHandle, position: number, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  const { bytesRead } = await file.read(bytes, 0, count, position);
  return bytes.subarray(0, bytesRead);
}
