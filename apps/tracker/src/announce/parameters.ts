import { MAX_PARAMETERS, MAX_PASSKEY, MAX_QUERY, MAX_VALUE } from './limits.ts';
import { type Refusal, refuse } from './request.ts';

/** Sees a parameter, raw; answers why it is refused, or nothing. */
export type TakeParameter = (name: string, value: string) => Refusal | undefined;

/** Walks through a raw query, `name=value` by `name=value`. */
export function eachParameter(query: string, take: TakeParameter): Refusal | undefined {
  if (query.length > MAX_QUERY) return refuse(`the query is too long: at most ${MAX_QUERY} characters`);
  let count = 0;
  for (let start = 0; start < query.length; ) {
    const next = query.indexOf('&', start);
    const end = next < 0 ? query.length : next;
    if (end > start) {
      count += 1;
      if (count > MAX_PARAMETERS) return refuse(`too many parameters: at most ${MAX_PARAMETERS}`);
      const sign = query.indexOf('=', start);
      const split = sign < 0 || sign > end ? end : sign;
      if (end - split > MAX_VALUE) return refuse(`a parameter is too long: at most ${MAX_VALUE} characters`);
      const refusal = take(query.slice(start, split), query.slice(split + 1, end));
      if (refusal !== undefined) return refusal;
    }
    start = end + 1;
  }
  return undefined;
}

/** The bytes that a raw value stands for (RFC 3986), if it is well-formed and they are so many. */
export function percentBytes(value: string, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let at = 0; at < value.length; at += 1) {
    if (filled === length) return undefined;
    let byte = value.charCodeAt(at);
    if (byte === PERCENT) {
      const high = hexDigit(value.charCodeAt(at + 1));
      const low = hexDigit(value.charCodeAt(at + 2));
      if (high < 0 || low < 0) return undefined;
      byte = (high << 4) | low;
      at += 2;
    } else if (byte <= 0x20 || byte >= 0x7f) {
      return undefined;
    }
    bytes[filled] = byte;
    filled += 1;
  }
  return filled === length ? bytes : undefined;
}

/** An infohash: 20 bytes, or 32 of which the first 20 count (BEP 52). */
export function infohashOf(value: string): Uint8Array | undefined {
  return percentBytes(value, 20) ?? percentBytes(value, 32)?.subarray(0, 20);
}

/** A number of at most 20 decimal digits; beyond the safe integers the largest of them. */
export function countOf(value: string): number | undefined {
  if (value.length === 0 || value.length > 20) return undefined;
  let count = 0;
  for (let at = 0; at < value.length; at += 1) {
    const digit = value.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    count = count * 10 + digit;
  }
  return Math.min(count, Number.MAX_SAFE_INTEGER);
}

/** True for text that can be a passkey. */
export function isPasskey(text: string): boolean {
  return text.length <= MAX_PASSKEY && /^[\w-]+$/.test(text);
}

const PERCENT = 0x25;

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
