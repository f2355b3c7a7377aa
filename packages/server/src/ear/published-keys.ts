import type { Database, Migration } from '@assay/store';
import { parseJsonObject } from '@assay/verify/codec';
import type { JSONWebKeySet, JWK } from 'jose';
import type { EarKind } from './key-file.ts';

/** A public key as all instances serve it. Times in unix seconds. */
export interface EarKeyRow {
  readonly kid: string;
  readonly kind: EarKind;
  /** JSON. */
  readonly jwk: string;
  readonly signs_from: number;
  readonly served_until: number;
}

/** The table of public keys. */
export interface EarKeySchema {
  readonly ear_keys: EarKeyRow;
}

/** The name of the service in the table of migrations. */
export const EAR_KEY_SERVICE = 'ear-keys';

/** Forward only; what was released is never changed. */
export const EAR_KEY_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-keys',
    up: ({ table, integer, text }) => [
      table('ear_keys', [
        `kid ${text} primary key`,
        `kind ${text} not null`,
        `jwk ${text} not null`,
        `signs_from ${integer} not null`,
        `served_until ${integer} not null`,
      ]),
    ],
  },
];

/** Public keys of all instances, in the database that they share: a token of one is checked with the set of any. */
export interface PublishedKeys {
  /** Adds keys, and drops those whose tokens have all expired. Those that are there already stay as they are. */
  readonly publish: (keys: readonly EarKeyRow[], now: number) => Promise<void>;
  readonly served: (kind: EarKind, now: number) => Promise<JSONWebKeySet>;
}

/** Keeps public keys in a database that `EAR_KEY_MIGRATIONS` have prepared. */
export function createPublishedKeys(db: Database<EarKeySchema>): PublishedKeys {
  return {
    publish: (keys, now) =>
      db.transaction(async (trx) => {
        await trx.deleteFrom('ear_keys').where('served_until', '<=', now).execute();
        const added = keys.filter(({ served_until }) => served_until > now);
        if (added.length === 0) return;
        // Instances on one folder publish the same key, perhaps at the same moment.
        await trx
          .insertInto('ear_keys')
          .values([...added])
          .onConflict((conflict) => conflict.column('kid').doNothing())
          .execute();
      }),
    served: async (kind, now) => {
      const rows = await db.sql
        .selectFrom('ear_keys')
        .select('jwk')
        .where('kind', '=', kind)
        .where('served_until', '>', now)
        .orderBy('signs_from')
        .orderBy('kid')
        .execute();
      return { keys: rows.map(({ jwk }): JWK => parseJsonObject(jwk, 'jwk')) };
    },
  };
}
