/** Of a .torrent file, in bytes: a terabyte in pieces of 2 MiB takes 10 MiB. */
export const MAX_TORRENT_BYTES = 16 * 1024 * 1024;
/** Files of one torrent. */
export const MAX_FILES = 100_000;
/** Of a piece, in bytes. */
export const MAX_PIECE_LENGTH = 256 * 1024 * 1024;
/** Torrents tracked at once. */
export const MAX_TORRENTS = 1_000_000;
