import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { keccak_256, keccak_384, keccak_512, sha3_256, sha3_384, sha3_512 } from '@noble/hashes/sha3.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { RpcError } from '../rpc-error.ts';

/** Report data as a quote carries it: filled up with zeros on the right to 64 bytes. Throws `message` for longer. */
export function padded(reportData: Uint8Array, message = 'Report data is too long'): Uint8Array {
  if (reportData.length > 64) throw new RpcError(message);
  const bytes = new Uint8Array(64);
  bytes.set(reportData);
  return bytes;
}

const HASHES: Readonly<Record<string, (message: Uint8Array) => Uint8Array>> = {
  sha256,
  sha384,
  sha512,
  'sha3-256': sha3_256,
  'sha3-384': sha3_384,
  'sha3-512': sha3_512,
  keccak256: keccak_256,
  keccak384: keccak_384,
  keccak512: keccak_512,
};

/** What Tappd makes of a request's content. */
export interface TappdReportData {
  readonly reportData: Uint8Array;
  readonly algorithm: string;
  readonly prefix: string;
}

/**
 * Tappd's report data: the hash of prefix, colon and content, from the left; with `raw` the content itself, 64 bytes.
 * An empty algorithm is `sha512`, an empty prefix `app-data`. The caller's prefix has no colon: one is added.
 */
export function tappdReportData(content: Uint8Array, algorithm: string, prefix: string): TappdReportData {
  if (algorithm === 'raw') {
    if (content.length !== 64) throw new RpcError('invalid content length');
    return { reportData: content, algorithm, prefix: '' };
  }
  const name = algorithm === '' ? 'sha512' : algorithm;
  const hash = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (hash === undefined) throw new RpcError('invalid hash algorithm');
  const tag = prefix === '' ? 'app-data' : prefix;
  return { reportData: padded(hash(concatBytes(utf8ToBytes(`${tag}:`), content))), algorithm: name, prefix: tag };
}
