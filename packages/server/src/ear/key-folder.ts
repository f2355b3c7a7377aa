import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/verify';
import { type EarKeyPair, type EarKind, isKeyFile, keyFileName, newKeyPem, readKeyFile } from './key-file.ts';

/** A folder with the private keys of one instance, or of several on one machine. */
export interface KeyFolder {
  /** All keys that are there. Throws `usage` for one that is not safe to use. */
  readonly read: () => Promise<readonly EarKeyPair[]>;
  /** Makes a key; it is on the disk when this returns. */
  readonly make: (kind: EarKind, signsFrom: number) => Promise<void>;
  readonly remove: (key: EarKeyPair) => Promise<void>;
}

/** More keys than rotation ever needs: a clock that jumps, or a stranger's files. */
const MOST_KEYS = 64;

/** Opens the folder, and makes it when it is missing (0700). Throws `usage` when it is not its owner's alone. */
export async function openKeyFolder(folder: string): Promise<KeyFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
    throw refused(folder, 'cannot be made; name a folder that this user may write', error);
  });
  const found = await lstat(folder);
  const { mode, uid } = found;
  if (!found.isDirectory()) throw refused(folder, 'is no folder; name one');
  if (uid !== process.getuid?.())
    throw refused(folder, 'belongs to another user; chown it to the user of this service');
  if ((mode & 0o077) !== 0) throw refused(folder, 'is open to others; chmod it to 0700, and remove its keys');
  return {
    read: async () => {
      const names = (await readdir(folder)).filter(isKeyFile).toSorted();
      if (names.length > MOST_KEYS) throw refused(folder, `has more than ${MOST_KEYS} keys; remove those of the past`);
      const keys = await Promise.all(names.map((name) => readKeyFile(folder, name)));
      return keys.filter((key) => key !== undefined);
    },
    make: async (kind, signsFrom) => {
      const { pem, kid } = await newKeyPem();
      const name = keyFileName({ kind, signsFrom, kid });
      await writePrivate(folder, name, pem);
    },
    remove: (key) => rm(join(folder, keyFileName(key)), { force: true }),
  };
}

/** Written aside and renamed: whoever reads the folder meanwhile never sees half a key. */
async function writePrivate(folder: string, name: string, text: string): Promise<void> {
  const aside = join(folder, `.${name}`);
  const file = await open(aside, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, join(folder, name));
  const entries = await open(folder, 'r');
  try {
    await entries.sync();
  } finally {
    await entries.close();
  }
}

function refused(folder: string, what: string, cause?: unknown): AssayError {
  const options = cause === undefined ? undefined : { cause };
  return new AssayError('usage', `the key folder ${JSON.stringify(folder)} ${what}`, { field: 'keyFolder' }, options);
}
