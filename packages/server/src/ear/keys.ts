import { AssayError } from '@assay/verify';
import type { CryptoKey, JSONWebKeySet } from 'jose';
import { EAR_SECONDS } from './issuer.ts';
import type { EarKeyPair, EarKind } from './key-file.ts';
import { openKeyFolder } from './key-folder.ts';
import type { EarKeyRow, PublishedKeys } from './published-keys.ts';

/** A key that signs now. */
export interface EarSigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** The keys of an issuer, whichever they are at the time. */
export interface EarKeys {
  /** Throws `unavailable` when a key is due and cannot be made. */
  readonly signing: (kind: EarKind) => Promise<EarSigningKey>;
  /** Public keys of all instances that tokens may need: those that sign, will sign soon, or signed what has not expired. */
  readonly published: (kind: EarKind) => Promise<JSONWebKeySet>;
}

/** Where keys are kept. */
export interface EarKeysOptions {
  /** The folder of the private keys, of this instance alone or of several on one machine. */
  readonly folder: string;
  /** The public keys, of all instances. */
  readonly published: PublishedKeys;
  readonly clock: () => Date;
}

const DAY = 86_400;

/** The life of a key, in seconds. */
export const EAR_KEY_LIFE = {
  /** A key is published so long before it signs: whoever keeps a key set for less has it in time. */
  publishedBefore: DAY,
  signs: 30 * DAY,
  /** Served after it has signed for the last time: its last token lives so long, and clocks differ. */
  servedAfter: EAR_SECONDS + 300,
} as const;

const KINDS: readonly EarKind[] = ['genuine', 'simulated'];

/**
 * Opens the keys, and makes what is missing: the first key signs at once, each next one is published a day before. Nothing
 * runs by itself: keys are made when they are asked for. Throws `usage` for a folder or key that others may read.
 */
export async function createEarKeys({ folder, published, clock }: EarKeysOptions): Promise<EarKeys> {
  const files = await openKeyFolder(folder);
  let keys: readonly EarKeyPair[] = [];
  let turning: Promise<void> | undefined;
  const seconds = (): number => Math.floor(clock().getTime() / 1000);

  const take = async (now: number): Promise<void> => {
    const found = await files.read();
    // Nobody signs with a key before everybody can have it.
    await published.publish(found.map(rowOf), now);
    keys = found.filter((key) => endOf(key) > now);
    await Promise.all(found.filter((key) => endOf(key) <= now).map(files.remove));
  };
  const turn = async (now: number): Promise<void> => {
    await take(now);
    const due = KINDS.flatMap((kind) => dueAt(keys, kind, now) ?? []);
    for (const { kind, signsFrom } of due) await files.make(kind, signsFrom);
    if (due.length > 0) await take(now);
  };
  /** One turn at a time; those who come meanwhile share it. */
  const turned = async (): Promise<number> => {
    const now = seconds();
    if (KINDS.some((kind) => dueAt(keys, kind, now) !== undefined)) {
      turning ??= turn(now).finally(() => {
        turning = undefined;
      });
      await turning;
    }
    return now;
  };

  /** What is wrong with the folder is for the operator to know, not for whoever asks. */
  const ready = (): Promise<number> =>
    turned().catch((cause: unknown) => {
      const message = 'the signing keys cannot be read or made; its operator finds the reason in the log';
      throw new AssayError('unavailable', message, {}, { cause });
    });

  await take(seconds());
  await turned();
  return {
    signing: async (kind) => {
      const now = await ready();
      const key = signingAt(keys, kind, now);
      if (key !== undefined) return key;
      throw new AssayError('unavailable', 'no signing key: the clock moved while one was made; try again');
    },
    published: async (kind) => published.served(kind, await ready()),
  };
}

/** The key that signs: the one that began last. */
function signingAt(keys: readonly EarKeyPair[], kind: EarKind, now: number): EarKeyPair | undefined {
  return keys
    .filter((key) => key.kind === kind && key.signsFrom <= now && now < endOf(key))
    .toSorted((a, b) => b.signsFrom - a.signsFrom || (a.kid < b.kid ? -1 : 1))[0];
}

/** The key that must be made now: at once when none signs, else when the newest will soon have signed for long enough. */
function dueAt(
  keys: readonly EarKeyPair[],
  kind: EarKind,
  now: number,
): { readonly kind: EarKind; readonly signsFrom: number } | undefined {
  const { publishedBefore, signs } = EAR_KEY_LIFE;
  const current = signingAt(keys, kind, now);
  if (current === undefined) return { kind, signsFrom: now };
  const hasNext = keys.some((key) => key.kind === kind && key.signsFrom > now);
  if (hasNext || now < current.signsFrom + signs - publishedBefore) return undefined;
  return { kind, signsFrom: Math.min(now + publishedBefore, endOf(current)) };
}

/** A key whose successor comes late, because nobody asked, signs a little longer. */
function endOf({ signsFrom }: EarKeyPair): number {
  return signsFrom + EAR_KEY_LIFE.signs + EAR_KEY_LIFE.publishedBefore;
}

function rowOf(key: EarKeyPair): EarKeyRow {
  const { kid, kind, jwk, signsFrom } = key;
  const served_until = endOf(key) + EAR_KEY_LIFE.servedAfter;
  return { kid, kind, jwk: JSON.stringify(jwk), signs_from: signsFrom, served_until };
}
