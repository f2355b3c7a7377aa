import { AssayError } from '@assay/verify';
import { equalBytes, fromUtf8, Reader } from '@assay/verify/codec';
import { checkInstanceId } from './instance-id.ts';

/** A whole number up to 2^53 − 1 in 8 bytes. Throws `usage`. */
export function u64(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new AssayError('usage', `${value} is no whole number from 0`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** A whole number up to 2^32 − 1 in 4 bytes. Throws `usage`. */
export function u32(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new AssayError('usage', `${value} is no whole number from 0 to 2^32 - 1`);
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Reads what receipts and certificates are made of, front to back. Throws `malformed`, naming what it reads. */
export class BigEndianReader {
  readonly #reader: Reader;
  readonly #what: string;

  constructor(bytes: Uint8Array, what: string) {
    this.#reader = new Reader(bytes);
    this.#what = what;
  }

  get offset(): number {
    return this.#reader.offset;
  }

  /** A copy. */
  bytes(length: number, field: string): Uint8Array {
    return this.#reader.bytes(length, `${this.#what} ${field}`).slice();
  }

  u8(field: string): number {
    return this.#reader.u8(`${this.#what} ${field}`);
  }

  u32(field: string): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#reader.bytes(4, `${this.#what} ${field}`);
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  }

  /** Up to 2^53 − 1. */
  u64(field: string): number {
    const high = this.u32(field);
    const low = this.u32(field);
    if (high >= 2 ** 21) throw this.#malformed(field, 'more than 2^53 - 1');
    return high * 2 ** 32 + low;
  }

  tag(tag: Uint8Array, version: number): void {
    if (!equalBytes(this.bytes(tag.length, 'tag'), tag)) {
      throw this.#malformed('tag', `not ${JSON.stringify(fromUtf8(tag.subarray(0, -1), 'tag'))}`);
    }
    const found = this.u8('version');
    if (found !== version) throw this.#malformed('version', `${found}; this tracker reads ${version}`);
  }

  instanceId(field: string): string {
    const bytes = this.bytes(this.u8(`${field} length`), field);
    return checkInstanceId(fromUtf8(bytes, `${this.#what} ${field}`), `${this.#what} ${field}`);
  }

  end(): void {
    if (this.#reader.remaining > 0) throw this.#malformed('end', `${this.#reader.remaining} more bytes`);
  }

  #malformed(field: string, message: string): AssayError {
    return new AssayError('malformed', `${this.#what} ${field}: ${message}`, { field });
  }
}
