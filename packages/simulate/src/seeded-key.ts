import { toBase64Url } from '@assay/verify/codec';
import { p384 } from '@noble/curves/nist.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { Entropy } from './entropy.ts';

/** A key that is the same each time: a seeded source, and what the key is for. */
export interface KeySeed {
  readonly entropy: Entropy;
  readonly label: string;
}

/** A key of WebCrypto. */
type WebKey = Parameters<typeof crypto.subtle.sign>[1];

/** Keys of WebCrypto; the secret one cannot be exported. */
export interface WebKeyPair {
  readonly publicKey: WebKey;
  readonly privateKey: WebKey;
}

type Algorithm = Parameters<typeof crypto.subtle.importKey>[2];
type Jwk = Record<string, string>;

const EXPONENT = 65_537n;
/** Odd primes by which most candidates are ruled out at once. */
const SMALL: readonly number[] = oddPrimesBelow(2000);

/** The RSA key pair of a seed. WebCrypto makes random ones only. Takes up to seconds for 4096 bits. */
export async function seededRsaPair(seed: KeySeed, modulusLength: number, algorithm: Algorithm): Promise<WebKeyPair> {
  const [one, other] = await Promise.all([prime(seed, 'p', modulusLength / 2), prime(seed, 'q', modulusLength / 2)]);
  const [p, q] = one > other ? [one, other] : [other, one];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const members = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, base64UrlOf(value)]));
  const { n = '', e = '' } = jwk;
  return importPair({ kty: 'RSA', ...jwk }, { kty: 'RSA', n, e }, algorithm);
}

/** The P-384 key pair of a seed. */
export async function seededP384Pair({ entropy, label }: KeySeed, algorithm: Algorithm): Promise<WebKeyPair> {
  const secret = p384.utils.randomSecretKey(entropy.bytes(label, 72));
  const point = bytesToHex(p384.getPublicKey(secret, false).subarray(1));
  const half = point.length / 2;
  const coordinate = (hex: string): string => toBase64Url(hexToBytes(hex));
  const open = { kty: 'EC', crv: 'P-384', x: coordinate(point.slice(0, half)), y: coordinate(point.slice(half)) };
  return importPair({ ...open, d: toBase64Url(secret) }, open, algorithm);
}

async function importPair(secret: Jwk, open: Jwk, algorithm: Algorithm): Promise<WebKeyPair> {
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey('jwk', secret, algorithm, false, ['sign']),
    crypto.subtle.importKey('jwk', open, algorithm, true, ['verify']),
  ]);
  return { privateKey, publicKey };
}

/** The first prime from a number of the seed on, with its two highest bits set: a product of two has full length. */
async function prime({ entropy, label }: KeySeed, name: string, bits: number): Promise<bigint> {
  // Not imported, for browsers have no such module.
  const node = (globalThis.process as typeof process | undefined)?.getBuiltinModule?.('node:crypto');
  if (node === undefined) throw new Error('seed: RSA keys of a seed need Node; leave it out for random keys');
  const { checkPrime } = node;
  const isPrime = (candidate: bigint): Promise<boolean> =>
    new Promise((resolve, reject) => {
      checkPrime(candidate, (error, result) => (error ? reject(error) : resolve(result)));
    });
  const bytes = Uint8Array.from(entropy.bytes(`${label}/${name}`, bits / 8));
  bytes[0] = (bytes[0] ?? 0) | 0xc0;
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 1;
  const start = BigInt(`0x${bytesToHex(bytes)}`);
  const rests = SMALL.map((small) => Number(start % BigInt(small)));
  for (let step = 0; ; step += 2) {
    if (SMALL.some((small, index) => ((rests[index] ?? 0) + step) % small === 0)) continue;
    const candidate = start + BigInt(step);
    if ((candidate - 1n) % EXPONENT !== 0n && (await isPrime(candidate))) return candidate;
  }
}

/** The inverse of a number modulo another, by Euclid's algorithm. They have no factor in common. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, value % modulus];
  let [factor, nextFactor] = [0n, 1n];
  while (next !== 0n) {
    const quotient = rest / next;
    [rest, next] = [next, rest - quotient * next];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return ((factor % modulus) + modulus) % modulus;
}

function base64UrlOf(value: bigint): string {
  const hex = value.toString(16);
  return toBase64Url(hexToBytes(hex.padStart(hex.length + (hex.length % 2), '0')));
}

function oddPrimesBelow(limit: number): readonly number[] {
  const primes: number[] = [];
  for (let value = 3; value < limit; value += 2) if (primes.every((small) => value % small !== 0)) primes.push(value);
  return primes;
}
