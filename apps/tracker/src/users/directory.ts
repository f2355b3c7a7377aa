import type { PublicKey } from '@chainsafe/blst';
import { parsePublicKey } from '../bls/points.ts';
import type { TrackerDatabase, UserRow } from '../ledger/schema.ts';
import type { Account } from './account.ts';
import { passkeyDigest } from './passkey.ts';

/** A user as kept in memory. */
export interface Member {
  /** The user in tables that have many rows. */
  readonly number: number;
  readonly account: Account;
  /** The checked key, ready for use. */
  readonly point: () => PublicKey;
}

/** All users in memory, as of the last commit that this process knows of. */
export interface Directory {
  readonly byId: (userId: string) => Member | undefined;
  readonly byKey: (publicKey: Uint8Array) => Member | undefined;
  readonly byNumber: (number: number) => Member | undefined;
  readonly byPasskey: (passkey: string) => Member | undefined;
  /** Takes rows as they were committed; older ones than those here change nothing. */
  readonly apply: (rows: readonly UserRow[]) => void;
  /** Reads what others committed. */
  readonly refresh: () => Promise<void>;
  readonly size: () => number;
}

/** Users that are read at a time. */
const PAGE = 4_096;

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** Reads all users into memory. */
export async function openDirectory(db: TrackerDatabase): Promise<Directory> {
  const ids = new Map<string, Member>();
  const keys = new Map<string, Member>();
  const numbers = new Map<number, Member>();
  const passkeys = new Map<string, Member>();
  const rowsOf = new Map<number, { readonly revision: number; readonly passkey: string | undefined }>();
  let seen: Pick<UserRow, 'revision' | 'number'> = { revision: -1, number: 0 };

  const applyRow = (row: UserRow): void => {
    const before = rowsOf.get(row.number);
    if (before !== undefined && before.revision > row.revision) return;
    const member = memberOf(row, numbers.get(row.number));
    const passkey = row.passkey === null ? undefined : textOf(row.passkey);
    if (before?.passkey !== undefined) passkeys.delete(before.passkey);
    if (passkey !== undefined) passkeys.set(passkey, member);
    rowsOf.set(row.number, { revision: row.revision, passkey });
    ids.set(row.user_id, member);
    keys.set(textOf(row.public_key), member);
    numbers.set(row.number, member);
  };
  const refresh = async (): Promise<void> => {
    for (;;) {
      const rows = await db.sql
        .selectFrom('tracker_users')
        .selectAll()
        .where(({ eb, and, or }) =>
          or([
            eb('revision', '>', seen.revision),
            and([eb('revision', '=', seen.revision), eb('number', '>', seen.number)]),
          ]),
        )
        .orderBy('revision')
        .orderBy('number')
        .limit(PAGE)
        .execute();
      for (const row of rows) applyRow(row);
      seen = rows.at(-1) ?? seen;
      if (rows.length < PAGE) return;
    }
  };
  await refresh();
  return {
    byId: (userId) => ids.get(userId),
    byKey: (publicKey) => keys.get(textOf(publicKey)),
    byNumber: (number) => numbers.get(number),
    byPasskey: (passkey) => passkeys.get(textOf(passkeyDigest(passkey))),
    apply: (rows) => {
      for (const row of rows) applyRow(row);
    },
    refresh,
    size: () => numbers.size,
  };
}

function memberOf(row: UserRow, before: Member | undefined): Member {
  const { number, user_id: userId, registered_at: registeredAt } = row;
  const { uploaded, downloaded, granted, imported, exported } = row;
  const publicKey = new Uint8Array(row.public_key);
  let point: PublicKey | undefined;
  return {
    number,
    account: { userId, publicKey, registeredAt, uploaded, downloaded, granted, imported, exported },
    // A user's key never changes, so the first one who needs the point makes it for all.
    point: before?.point ?? (() => (point ??= parsePublicKey(publicKey))),
  };
}
