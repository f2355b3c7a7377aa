import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { AssayError } from '@assay/verify';
import { asObject, fromHex, parseJson, toHex } from '@assay/verify/codec';
import { blsKeyPair } from '../bls/key.ts';
import { isUserId } from '../receipts/instance-id.ts';
import { createTrackerClient } from './tracker-client.ts';

/** A user's place at a tracker. Secret but for the first two: whoever has it is the user. */
export interface Membership {
  /** Address, such as `http://tracker.example:8000`. */
  readonly tracker: string;
  readonly userId: string;
  readonly passkey: string;
  /** Long-term key, 32 bytes. */
  readonly secretKey: Uint8Array;
}

const SCHEMA = 'assay.tracker-membership/1';

/** Reads the file of a membership; undefined where there is none. Throws `malformed`. */
export async function readMembership(path: string): Promise<Membership | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new AssayError('usage', `${path}: cannot be read (${error.code ?? 'unknown'})`, { field: 'account' });
  });
  if (text === undefined) return undefined;
  const { schema, tracker, user, passkey, secret_key: secret } = asObject(parseJson(text), path);
  const right = [tracker, user, passkey, secret].every((value) => typeof value === 'string');
  if (schema !== SCHEMA || !right || typeof tracker !== 'string' || typeof user !== 'string') throw malformed(path);
  if (typeof passkey !== 'string' || !/^[A-Za-z0-9_-]{1,128}$/.test(passkey) || typeof secret !== 'string') {
    throw malformed(path);
  }
  return { tracker: checkedAddress(tracker), userId: user, passkey, secretKey: fromHex(secret, 'secret_key') };
}

/**
 * Makes a key, registers it for a new user, and writes the file, for its owner only. The file comes first: a key that is
 * registered and lost could not be replaced. Throws `usage` where the file exists, `unavailable` where the tracker refuses.
 */
export async function createMembership(
  path: string,
  { tracker, userId }: { readonly tracker: string; readonly userId: string },
): Promise<Membership> {
  if (!isUserId(userId)) throw new AssayError('usage', '--user: expected 1 to 64 of A-Z a-z 0-9 . _ @ -');
  const address = checkedAddress(tracker);
  const { secretKey, key } = blsKeyPair(randomBytes(32));
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new AssayError('usage', `${path}: cannot be made (${error.code ?? 'unknown'})`, { field: 'account' });
  });
  try {
    const write = async (passkey: string): Promise<void> => {
      const document = { schema: SCHEMA, tracker: address, user: userId, passkey, secret_key: toHex(secretKey) };
      const text = `${JSON.stringify(document, null, 2)}\n`;
      await file.truncate(0);
      await file.write(text, 0);
      await file.sync();
    };
    await write('');
    const { passkey } = await createTrackerClient(address).register(userId, key);
    await write(passkey);
    return { tracker: address, userId, passkey, secretKey };
  } finally {
    await file.close();
  }
}

function checkedAddress(tracker: string): string {
  const url = URL.parse(tracker);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url.origin;
  throw new AssayError('usage', '--tracker: expected http://HOST:PORT, without a passkey', { field: 'tracker' });
}

function malformed(path: string): AssayError {
  return new AssayError(
    'malformed',
    `${path}: no ${SCHEMA}, or a registration that did not finish; delete it, and register another user`,
  );
}
