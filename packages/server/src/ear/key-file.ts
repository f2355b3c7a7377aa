import { createPublicKey } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '@assay/verify';
import { type CryptoKey, calculateJwkThumbprint, exportPKCS8, generateKeyPair, importPKCS8, type JWK } from 'jose';

/** What a key vouches for: evidence of a vendor's hardware, or of a simulator. They share no key and no issuer. */
export type EarKind = 'genuine' | 'simulated';

/** A key pair of this instance. */
export interface EarKeyPair {
  readonly kind: EarKind;
  /** Unix seconds at which it begins to sign. */
  readonly signsFrom: number;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** The public half as a key set shows it. */
  readonly jwk: JWK;
}

const NAME = /^(genuine|simulated)-(0|[1-9][0-9]{0,11})-([A-Za-z0-9_-]{43})\.pem$/;
const MAX_PEM = 4096;

/** True for the name of a key's file. */
export function isKeyFile(name: string): boolean {
  return NAME.test(name);
}

/** The name of a key's file: when it signs, and what for, is in it. */
export function keyFileName({ kind, signsFrom, kid }: Pick<EarKeyPair, 'kind' | 'signsFrom' | 'kid'>): string {
  return `${kind}-${signsFrom}-${kid}.pem`;
}

/** A new ES256 key: its PKCS #8 in PEM, and its thumbprint. */
export async function newKeyPem(): Promise<{ readonly pem: string; readonly kid: string }> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const pem = await exportPKCS8(privateKey);
  return { pem, kid: await calculateJwkThumbprint(publicOf(pem)) };
}

/**
 * Reads a key's file; undefined when another instance has just removed it. Throws `usage` when others than its owner may
 * read it, or when it is not the key that its name says.
 */
export async function readKeyFile(folder: string, name: string): Promise<EarKeyPair | undefined> {
  const [, kind, signsFrom, kid] = NAME.exec(name) ?? [];
  if ((kind !== 'genuine' && kind !== 'simulated') || kid === undefined) throw new Error(`${name} is no key's file`);
  const path = join(folder, name);
  const pem = await readPrivate(path);
  if (pem === undefined) return undefined;
  let jwk: JWK;
  let privateKey: CryptoKey;
  try {
    jwk = publicOf(pem);
    privateKey = await importPKCS8(pem, 'ES256');
  } catch {
    throw refused(path, 'holds no P-256 key in PKCS #8; remove it');
  }
  if ((await calculateJwkThumbprint(jwk)) !== kid)
    throw refused(path, 'holds another key than its name says; remove it');
  return { kind, signsFrom: Number(signsFrom), kid, privateKey, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } };
}

/** Text of a file that is its owner's alone; links and pipes are no such files. Undefined when there is none. */
async function readPrivate(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw refused(path, 'cannot be read', error);
  }
  try {
    const { mode, uid, size } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw refused(path, 'is no file; remove it');
    if (uid !== process.getuid?.())
      throw refused(path, 'belongs to another user; chown it to the user of this service');
    if ((mode & 0o077) !== 0) {
      throw refused(path, 'may be read by others: its key may be known; remove it, and a new one is made');
    }
    if (size > MAX_PEM) throw refused(path, `is longer than ${MAX_PEM} bytes; remove it`);
    const bytes = Buffer.alloc(MAX_PEM);
    const { bytesRead } = await file.read(bytes, 0, MAX_PEM, 0);
    return bytes.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The public members alone: `x` and `y` of the curve. */
function publicOf(pem: string): JWK {
  const { kty, crv, x, y } = createPublicKey(pem).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) throw new Error('not on P-256');
  return { kty, crv, x, y };
}

function refused(path: string, what: string, cause?: unknown): AssayError {
  const options = cause === undefined ? undefined : { cause };
  return new AssayError('usage', `the signing key ${JSON.stringify(path)} ${what}`, { field: 'keyFolder' }, options);
}
