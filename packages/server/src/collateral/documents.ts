import { type Database, type Migration, migrate } from '@assay/store';
import type { DatedDocument } from '@assay/verify';
import { asObject, parseJson } from '@assay/verify/codec';
import { CollateralRefusal } from './judged/judged.ts';
import type { KeptDocument } from './kept.ts';

/** Tables of the collateral service. */
export interface CollateralTables {
  readonly collateral_documents: {
    readonly target: string;
    readonly body: Uint8Array;
    readonly content_type: string;
    readonly headers: string;
    readonly fetched_at: number;
    readonly refresh_at: number;
    readonly valid_from: number;
    readonly expires_at: number;
  };
  readonly collateral_newest: { readonly document: string; readonly issued: number };
}

const MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-collateral',
    up: ({ table, text, bytes, integer }) => [
      table('collateral_documents', [
        `target ${text} primary key`,
        `body ${bytes} not null`,
        `content_type ${text} not null`,
        `headers ${text} not null`,
        `fetched_at ${integer} not null`,
        `refresh_at ${integer} not null`,
        `valid_from ${integer} not null`,
        `expires_at ${integer} not null`,
      ]),
      table('collateral_newest', [`document ${text} primary key`, `issued ${integer} not null`]),
    ],
  },
];

/** Documents that survive the process, and the newest date of each that was ever accepted. */
export interface Documents {
  /** The last ones fetched, oldest first. */
  readonly all: (limit: number) => Promise<readonly KeptDocument[]>;
  readonly read: (target: string) => Promise<KeptDocument | undefined>;
  /** Keeps a document, unless one that it rests on is older than one before; then it throws a refusal. */
  readonly accept: (document: KeptDocument, dated: readonly DatedDocument[]) => Promise<void>;
  readonly remove: (target: string) => Promise<void>;
}

/** Opens the service's tables, which it makes and migrates. */
export async function openDocuments(db: Database<CollateralTables>, now: () => Date): Promise<Documents> {
  await migrate(db, { service: 'collateral', migrations: MIGRATIONS, now });
  return {
    all: async (limit) => {
      const rows = db.sql.selectFrom('collateral_documents').selectAll().orderBy('fetched_at', 'desc').limit(limit);
      return (await rows.execute()).map(documentOf).toReversed();
    },
    read: async (target) => {
      const rows = db.sql.selectFrom('collateral_documents').selectAll().where('target', '=', target);
      const row = await rows.executeTakeFirst();
      return row && documentOf(row);
    },
    accept: (document, dated) =>
      db.transaction(async (transaction) => {
        for (const { key, issued } of dated) {
          const known = transaction.selectFrom('collateral_newest').select('issued').where('document', '=', key);
          const newest = (await known.executeTakeFirst())?.issued;
          // Written so that a memory which answers nonsense refuses.
          if (newest !== undefined && !(issued >= newest)) throw rolledBack(document.target, key);
          await transaction
            .insertInto('collateral_newest')
            .values({ document: key, issued })
            .onConflict((conflict) => conflict.column('document').doUpdateSet({ issued }))
            .execute();
        }
        const { target: _, ...row } = rowOf(document);
        await transaction
          .insertInto('collateral_documents')
          .values(rowOf(document))
          .onConflict((conflict) => conflict.column('target').doUpdateSet(row))
          .execute();
      }),
    remove: async (target) => {
      await db.sql.deleteFrom('collateral_documents').where('target', '=', target).execute();
    },
  };
}

function rolledBack(target: string, key: string): CollateralRefusal {
  const message = `${target}: the answer is older than one before (${key.replace(/^[^/]*\//, '')})`;
  return new CollateralRefusal('rolled-back', message);
}

type Row = CollateralTables['collateral_documents'];

function rowOf(document: KeptDocument): Row {
  return {
    target: document.target,
    body: document.body,
    content_type: document.contentType,
    headers: JSON.stringify(document.headers),
    fetched_at: document.fetchedAt,
    refresh_at: document.refreshAt,
    valid_from: document.validFrom,
    expires_at: document.expiresAt,
  };
}

function documentOf(row: Row): KeptDocument {
  return {
    target: row.target,
    body: row.body,
    contentType: row.content_type,
    headers: textsIn(row.headers),
    fetchedAt: row.fetched_at,
    refreshAt: row.refresh_at,
    validFrom: row.valid_from,
    expiresAt: row.expires_at,
  };
}

/** Texts by name. */
export function textsIn(json: string): Readonly<Record<string, string>> {
  const members = Object.entries(asObject(parseJson(json, 'headers'), 'headers'));
  return Object.fromEntries(members.map(([name, value]) => [name, String(value)]));
}
