import type { Database, Migration } from '@assay/store';

/** A user. Amounts in bytes, times in Unix seconds. */
export interface UserRow {
  /** 1, 2 and so on: the user in tables that have many rows. */
  readonly number: number;
  readonly user_id: string;
  readonly public_key: Uint8Array;
  readonly registered_at: number;
  /** SHA-256 of the passkey; null once revoked. */
  readonly passkey: Uint8Array | null;
  /** How many passkeys there were before. */
  readonly generation: number;
  readonly uploaded: number;
  readonly downloaded: number;
  readonly granted: number;
  readonly imported: number;
  readonly exported: number;
  /** Counts up over all users with each change of one, so that other processes find what is new. */
  readonly revision: number;
}

/** The tables of the tracker's accounts. */
export interface TrackerSchema {
  readonly tracker_users: UserRow;
  readonly tracker_announced: {
    readonly user_number: number;
    readonly infohash: Uint8Array;
    readonly epoch: number;
    /** Whether the user lacked some of the torrent. */
    readonly leeching: 0 | 1;
  };
  readonly tracker_ledger: {
    readonly sequence: number;
    /** SHA-256 of the receipt or request that it books, which is booked once; null where there is none. */
    readonly booked: Uint8Array | null;
    readonly entry: string;
    readonly hash: Uint8Array;
  };
  /** One row. */
  readonly tracker_head: {
    readonly id: number;
    readonly size: number;
    readonly hash: Uint8Array;
    readonly revision: number;
  };
  /** Which pieces of a torrent a user has receipted: bit `i` of a block stands for piece `block * 4096 + i`. */
  readonly tracker_pieces: {
    readonly user_number: number;
    readonly infohash: Uint8Array;
    readonly block: number;
    readonly bits: Uint8Array;
  };
  /** Hashes of complete subtrees of 256^level entries. */
  readonly tracker_tiles: { readonly level: number; readonly position: number; readonly hash: Uint8Array };
  /** Whose ledger it is. */
  readonly tracker_identity: { readonly id: number; readonly tracker: string; readonly public_key: Uint8Array };
  /** The last checkpoint that was seen of other trackers. */
  readonly tracker_seen: { readonly tracker: string; readonly size: number; readonly root: string };
}

/** The database of the tracker's accounts. */
export type TrackerDatabase = Database<TrackerSchema>;

/** A handle inside a transaction of it. */
export type TrackerTransaction = Parameters<Parameters<TrackerDatabase['transaction']>[0]>[0];

/** The name of the service in the table of migrations. */
export const TRACKER_SERVICE = 'tracker';

/** Forward only; what was released is never changed. */
export const TRACKER_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-accounts',
    up: ({ table, integer, text, bytes }) => [
      table('tracker_users', [
        `number ${integer} primary key`,
        `user_id ${text} not null unique`,
        `public_key ${bytes} not null unique`,
        `registered_at ${integer} not null`,
        `passkey ${bytes} unique`,
        `generation ${integer} not null`,
        ...['uploaded', 'downloaded', 'granted', 'imported', 'exported'].map(
          (amount) => `${amount} ${integer} not null check (${amount} >= 0)`,
        ),
        `revision ${integer} not null`,
      ]),
      'create index tracker_users_by_revision on tracker_users (revision)',
      table('tracker_announced', [
        `user_number ${integer} not null references tracker_users`,
        `infohash ${bytes} not null`,
        `epoch ${integer} not null`,
        'primary key (epoch, infohash, user_number)',
      ]),
      table('tracker_ledger', [
        `sequence ${integer} primary key`,
        `booked ${bytes} unique`,
        `entry ${text} not null`,
        `hash ${bytes} not null`,
      ]),
      table('tracker_head', [
        `id ${integer} primary key check (id = 1)`,
        `size ${integer} not null`,
        `hash ${bytes} not null`,
        `revision ${integer} not null`,
      ]),
      table('tracker_pieces', [
        `user_number ${integer} not null references tracker_users`,
        `infohash ${bytes} not null`,
        `block ${integer} not null`,
        `bits ${bytes} not null`,
        'primary key (user_number, infohash, block)',
      ]),
      table('tracker_tiles', [
        `level ${integer} not null`,
        `position ${integer} not null`,
        `hash ${bytes} not null`,
        'primary key (level, position)',
      ]),
      table('tracker_seen', [`tracker ${text} primary key`, `size ${integer} not null`, `root ${text} not null`]),
    ],
  },
  {
    // Announces are of the last hours only: clients make them again.
    name: '0002-who-downloads',
    up: ({ table, integer, bytes }) => [
      'drop table tracker_announced',
      table('tracker_announced', [
        `user_number ${integer} not null references tracker_users`,
        `infohash ${bytes} not null`,
        `epoch ${integer} not null`,
        `leeching ${integer} not null`,
        'primary key (epoch, infohash, user_number, leeching)',
      ]),
    ],
  },
  {
    name: '0003-whose-ledger',
    up: ({ table, integer, text, bytes }) => [
      table('tracker_identity', [
        `id ${integer} primary key check (id = 1)`,
        `tracker ${text} not null`,
        `public_key ${bytes} not null`,
      ]),
    ],
  },
];
