import { AssayError } from '@assay/verify';
import { nameOf } from '../swarm/swarm.ts';
import { MAX_TORRENTS } from './limits.ts';
import { announcedInfohashes, type Torrent } from './torrent.ts';

/** The torrents that are tracked here. */
export interface Torrents {
  /** Takes a torrent in, under each of its infohashes. Throws `usage` when one is taken, or there are too many. */
  add(torrent: Torrent): void;
  /** Takes it out; false when it is not here. */
  remove(infohash: Uint8Array): boolean;
  /** The torrent of an infohash: 20 bytes, or 32 of version 2. */
  find(infohash: Uint8Array): Torrent | undefined;
  /** How many there are. */
  size(): number;
}

/** No torrents yet. */
export function createTorrents(): Torrents {
  const byName = new Map<string, Torrent>();
  let size = 0;
  const find = (infohash: Uint8Array): Torrent | undefined => {
    const torrent = byName.get(nameOf(infohash.subarray(0, 20)));
    if (infohash.length !== 32) return torrent;
    return torrent?.infohashV2 !== undefined && nameOf(torrent.infohashV2) === nameOf(infohash) ? torrent : undefined;
  };
  return {
    find,
    size: () => size,
    add(torrent) {
      if (size === MAX_TORRENTS) throw new AssayError('usage', `torrents: at most ${MAX_TORRENTS}; remove some first`);
      const names = announcedInfohashes(torrent).map(nameOf);
      if (names.some((name) => byName.has(name))) {
        throw new AssayError('usage', `torrents: ${torrent.name} is here already`, { field: 'infohash' });
      }
      for (const name of names) byName.set(name, torrent);
      size += 1;
    },
    remove(infohash) {
      const torrent = find(infohash);
      if (torrent === undefined) return false;
      for (const hash of announcedInfohashes(torrent)) byName.delete(nameOf(hash));
      size -= 1;
      return true;
    },
  };
}
