import { toBase64, toHex, type UnixSeconds } from '@assay/verify/codec';
import { exportableOf } from '../users/account.ts';
import type { Book, Head } from './book.ts';
import { type Refused, refuse } from './refusal.ts';
import type { UserRow } from './schema.ts';

/** A receipt that passed every check but one: that nothing like it was booked. */
export interface BookedReceipt {
  readonly booked: Uint8Array;
  readonly kind: 'receipt' | 'upstream';
  readonly sender: { readonly number: number; readonly userId: string };
  readonly receiver: { readonly number: number; readonly userId: string };
  /** 20 bytes. */
  readonly infohash: Uint8Array;
  readonly piece: number;
  readonly pieces: number;
  readonly bytes: number;
  readonly epoch: number;
}

/** What became of a receipt at the ledger. */
export type Booking =
  | { readonly outcome: 'counted' | 'duplicate' | 'uncounted'; readonly sequence: number }
  | { readonly outcome: 'piece-counted' };

/** What is written in one go. Each is done whole, or refused and leaves nothing. */
export type Item =
  | { readonly kind: 'receipts'; readonly receipts: readonly BookedReceipt[]; readonly at: UnixSeconds }
  | {
      readonly kind: 'register';
      readonly userId: string;
      readonly publicKey: Uint8Array;
      readonly passkey: Uint8Array;
      readonly grant: number;
      readonly at: UnixSeconds;
    }
  | {
      readonly kind: 'passkey';
      readonly user: number;
      /** Digest of the passkey of a generation, or null for none; may be called again. */
      readonly passkey: (generation: number) => Uint8Array | null;
    }
  | { readonly kind: 'give'; readonly user: number; readonly bytes: number; readonly at: UnixSeconds }
  | {
      readonly kind: 'export';
      readonly booked: Uint8Array;
      readonly user: number;
      readonly tracker: string;
      readonly importer: string;
      readonly bytes: number;
      /** What the user says that he had exported before. */
      readonly before: number;
      readonly at: UnixSeconds;
    }
  | {
      readonly kind: 'import';
      readonly booked: Uint8Array;
      readonly user: number;
      readonly exporter: string;
      readonly exported: number;
      readonly hash: string;
      readonly bytes: number;
      /** The exporter's checkpoint that this rests on, and the size that was seen before it. */
      readonly checkpoint: { readonly size: number; readonly root: string; readonly after: number | null };
      readonly at: UnixSeconds;
    };

/** What an item came to; `sequence` is its entry's number. */
export type Booked =
  | { readonly bookings: readonly Booking[]; readonly head: Head }
  | { readonly sequence: number }
  | Refused;

/** Books one item. */
export async function book(to: Book, item: Item): Promise<Booked> {
  switch (item.kind) {
    case 'receipts':
      return bookReceipts(to, item);
    case 'register':
      return register(to, item);
    case 'passkey':
      return changePasskey(to, item);
    case 'give':
      return give(to, item);
    case 'export':
      return exportCredit(to, item);
    case 'import':
      return importCredit(to, item);
  }
}

type Of<Kind extends Item['kind']> = Extract<Item, { readonly kind: Kind }>;

async function bookReceipts(to: Book, { receipts, at }: Of<'receipts'>): Promise<Booked> {
  const bookings: Booking[] = [];
  for (const receipt of receipts) bookings.push(await bookReceipt(to, receipt, at));
  return { bookings, head: to.head() };
}

async function bookReceipt(to: Book, receipt: BookedReceipt, at: UnixSeconds): Promise<Booking> {
  const { kind, booked, sender, receiver, infohash, piece, pieces, bytes, epoch } = receipt;
  const parties = { from: receiver.userId, to: sender.userId, receipt: toHex(booked) };
  if (kind === 'upstream') {
    const known = await to.bookedAs(booked);
    if (known !== undefined) return { outcome: 'duplicate', sequence: known };
    return { outcome: 'uncounted', sequence: to.add({ kind, ...parties }, at, booked) };
  }
  if (!(await to.pieces.take(receiver.number, infohash, piece, pieces))) {
    const known = await to.bookedAs(booked);
    return known === undefined ? { outcome: 'piece-counted' } : { outcome: 'duplicate', sequence: known };
  }
  const content = { kind, ...parties, bytes, infohash: toHex(infohash), piece, pieces, epoch } as const;
  const sequence = to.add(content, at, booked);
  to.change(sender.number, { uploaded: bytes });
  to.change(receiver.number, { downloaded: bytes });
  return { outcome: 'counted', sequence };
}

async function register(to: Book, item: Of<'register'>): Promise<Booked> {
  const { userId, publicKey, passkey, grant, at } = item;
  const others = await to.trx
    .selectFrom('tracker_users')
    .select('user_id')
    .where(({ eb, or }) => or([eb('user_id', '=', userId), eb('public_key', '=', publicKey)]))
    .execute();
  if (others.some(({ user_id: other }) => other === userId)) {
    return refuse('user-exists', 'user_id', `user_id: ${userId} is registered; choose another one`);
  }
  if (others.length > 0)
    return refuse('key-exists', 'public_key', 'public_key: registered already; use a key of your own');
  const last = await to.trx
    .selectFrom('tracker_users')
    .select('number')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const number = (last?.number ?? 0) + 1;
  const row: UserRow = {
    number,
    user_id: userId,
    public_key: publicKey,
    registered_at: at,
    passkey,
    generation: 0,
    ...{ uploaded: 0, downloaded: 0, granted: 0, imported: 0, exported: 0 },
    revision: to.revision,
  };
  await to.trx.insertInto('tracker_users').values(row).execute();
  to.touch(number);
  const sequence = to.add({ kind: 'register', user: userId, key: toBase64(publicKey) }, at);
  if (grant > 0) {
    to.add({ kind: 'grant', to: userId, bytes: grant }, at);
    to.change(number, { granted: grant });
  }
  return { sequence };
}

async function changePasskey(to: Book, { user, passkey }: Of<'passkey'>): Promise<Booked> {
  // From the row, not from memory: two processes that change it at once do not make the same one again.
  const generation = (await to.user(user)).generation + 1;
  const changed = { passkey: passkey(generation), generation };
  await to.trx.updateTable('tracker_users').set(changed).where('number', '=', user).execute();
  to.touch(user);
  return { sequence: to.head().size };
}

async function give(to: Book, { user, bytes, at }: Of<'give'>): Promise<Booked> {
  const { user_id: name, granted } = await to.user(user);
  if (!Number.isSafeInteger(granted + bytes)) return tooMuch(granted);
  to.change(user, { granted: bytes });
  return { sequence: to.add({ kind: 'grant', to: name, bytes }, at) };
}

async function exportCredit(to: Book, item: Of<'export'>): Promise<Booked> {
  const { booked, user, tracker, importer, bytes, before, at } = item;
  const known = await to.bookedAs(booked);
  if (known !== undefined) {
    return refuse('export-exists', 'signature', `signature: used for export ${known}; ask for that one's document`);
  }
  const row = await to.user(user);
  if (row.exported !== before) {
    const remedy = `sign again with exportedBefore ${row.exported}`;
    return refuse('export-exists', 'exportedBefore', `exportedBefore: ${before}, but it is ${row.exported}; ${remedy}`);
  }
  if (bytes > exportableOf(row)) {
    const most = exportableOf(row);
    return refuse('credit-too-small', 'bytes', `bytes: ${bytes}, but ${most} were earned here; export at most these`);
  }
  to.change(user, { exported: bytes });
  const { user_id: name, public_key: key } = row;
  const content = { kind: 'export', user: name, key: toBase64(key), tracker, importer, bytes } as const;
  return { sequence: to.add(content, at, booked) };
}

async function importCredit(to: Book, item: Of<'import'>): Promise<Booked> {
  const { booked, user, exporter, exported, hash, bytes, checkpoint, at } = item;
  const known = await to.bookedAs(booked);
  if (known !== undefined) {
    return refuse('import-exists', 'proof', `export ${exported} of ${exporter} was imported as entry ${known}`);
  }
  const { user_id: name, imported } = await to.user(user);
  if (!Number.isSafeInteger(imported + bytes)) return tooMuch(imported);
  const seen = await to.trx
    .selectFrom('tracker_seen')
    .select('size')
    .where('tracker', '=', exporter)
    .executeTakeFirst();
  if ((seen?.size ?? null) !== checkpoint.after) {
    return refuse(
      'checkpoint-old',
      'checkpoint',
      `a newer checkpoint of ${exporter} was seen; ask it for the document again`,
    );
  }
  const { size, root } = checkpoint;
  await to.trx
    .insertInto('tracker_seen')
    .values({ tracker: exporter, size, root })
    .onConflict((conflict) => conflict.column('tracker').doUpdateSet({ size, root }))
    .execute();
  to.change(user, { imported: bytes });
  return { sequence: to.add({ kind: 'import', user: name, exporter, exported, hash, bytes }, at, booked) };
}

/** Refused here, since the store would refuse it for everything that is written with it. */
function tooMuch(before: number): Refused {
  const most = Number.MAX_SAFE_INTEGER - before;
  return refuse('amount', 'bytes', `bytes: with the ${before} before, more than can be counted; give at most ${most}`);
}
