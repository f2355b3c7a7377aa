import { malformed } from '../errors.ts';

/** A bounded cursor over bytes: every read is checked against what is there. Throws `malformed`, naming the field. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Offset of the next read. */
  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  /** The next `length` bytes, as a view. */
  bytes(length: number, field: string): Uint8Array {
    const start = this.#take(length, field);
    return this.#bytes.subarray(start, start + length);
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field));
  }

  /** Little endian. */
  u16(field: string): number {
    return this.#view.getUint16(this.#take(2, field), true);
  }

  /** Little endian. */
  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field), true);
  }

  /** Little endian. */
  u64(field: string): bigint {
    return this.#view.getBigUint64(this.#take(8, field), true);
  }

  #take(length: number, field: string): number {
    const start = this.#offset;
    if (length > this.#bytes.length - start) {
      throw malformed(`${field}: needs ${length} bytes at offset ${start}, ${this.#bytes.length - start} are left`, {
        field,
        expected: `${length} bytes`,
        actual: `${this.#bytes.length - start} bytes`,
      });
    }
    this.#offset = start + length;
    return start;
  }
}
