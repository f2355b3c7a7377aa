import { fromHex, type Json, type JsonObject } from '@assay/verify/codec';
import { RpcError } from '../rpc-error.ts';

/** The fields of a request. What is missing has its default; what is not of its type is refused by `RpcError`. */
export interface Fields {
  text(name: string): string;
  /** Hexadecimal, after any number of `0x`. */
  bytes(name: string): Uint8Array;
  flag(name: string): boolean;
  /** Seconds since the epoch, or any other unsigned integer; undefined when missing or null. */
  integer(name: string): number | undefined;
  texts(name: string): readonly string[];
}

/** The fields of a JSON body. */
export function jsonFields(body: JsonObject): Fields {
  const text = (name: string): string => textOf(own(body, name, ''), name);
  return {
    text,
    bytes: (name) => bytesOf(text(name), name),
    flag(name) {
      const value = own(body, name, false);
      if (typeof value !== 'boolean') throw mistyped(name, 'true or false', value);
      return value;
    },
    integer(name) {
      const value = own(body, name, null);
      if (value === null) return undefined;
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
        throw mistyped(name, 'an unsigned integer', value);
      }
      return value;
    },
    texts(name) {
      const value = own(body, name, []);
      if (!Array.isArray(value)) throw mistyped(name, 'an array', value);
      return value.map((item: Json) => textOf(item, name));
    },
  };
}

/** The fields of a query: `name=value`, arrays as `name[0]=value` or `name[]=value`. */
export function queryFields(query: URLSearchParams): Fields {
  const single = (name: string): string | undefined => {
    const [value, ...others] = query.getAll(name);
    if (others.length > 0) throw new RpcError(`duplicate field \`${name}\``);
    return value;
  };
  return {
    text: (name) => single(name) ?? '',
    bytes: (name) => bytesOf(single(name) ?? '', name),
    flag(name) {
      const value = single(name) ?? 'false';
      if (value !== 'true' && value !== 'false') throw mistyped(name, 'true or false', value);
      return value === 'true';
    },
    integer(name) {
      const value = single(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,15}$/.test(value)) throw mistyped(name, 'an unsigned integer', value);
      return Number(value);
    },
    texts: (name) =>
      [...query]
        .filter(([key]) => key.startsWith(name) && /^\[\d*\]$/.test(key.slice(name.length)))
        .map(([, value]) => value),
  };
}

function own(body: JsonObject, name: string, fallback: Json): Json {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  return value === undefined ? fallback : value;
}

function textOf(value: Json, name: string): string {
  if (typeof value !== 'string') throw mistyped(name, 'a string', value);
  if (!value.isWellFormed()) throw new RpcError(`${name}: lone surrogate in a string`);
  return value;
}

function bytesOf(value: string, name: string): Uint8Array {
  return fromHex(value.replace(/^(?:0x)+/, ''), name);
}

function mistyped(name: string, expected: string, found: Json): RpcError {
  return new RpcError(`${name}: expected ${expected}, found ${found === null ? 'null' : typeof found}`);
}
