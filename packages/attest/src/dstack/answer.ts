import { fromHex, type Json, type JsonObject } from '@assay/verify/codec';
import { unavailable } from '../failure.ts';
import { objectOf, reading } from './rpc.ts';

/** The members of an agent's answer. Each reader throws `unavailable`, naming agent, method and member. */
export interface Answer {
  /** Text, `""` where the member is missing. */
  text(name: string): string;
  /** Bytes of hexadecimal text, as many as are expected or at most `max`. */
  hex(name: string, size: { readonly exactly: number } | { readonly max: number }): Uint8Array;
  /** A list of at most `max` texts of hexadecimal, each of `bytes` bytes. */
  hexes(name: string, size: { readonly max: number; readonly bytes: number }): readonly Uint8Array[];
}

/** Reads an answer member by member; `what` begins each message. */
export function readAnswer(what: string, answer: Json): Answer {
  const object = objectOf(what, answer);
  const text = (name: string): string => textOf(what, object, name);
  return {
    text,
    hex: (name, size) => bytesOf(what, name, text(name), size),
    hexes(name, { max, bytes }) {
      const list = memberOf(object, name);
      if (!Array.isArray(list) || list.length > max) throw wrong(what, name, `a list of at most ${max}`);
      return list.map((entry: Json) => {
        if (typeof entry !== 'string') throw wrong(what, name, 'hexadecimal texts');
        return bytesOf(what, name, entry, { exactly: bytes });
      });
    },
  };
}

function memberOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function textOf(what: string, object: JsonObject, name: string): string {
  const value = memberOf(object, name) ?? '';
  if (typeof value !== 'string') throw wrong(what, name, 'text');
  return value;
}

function bytesOf(
  what: string,
  name: string,
  text: string,
  size: { readonly exactly: number } | { readonly max: number },
): Uint8Array {
  const most = 'exactly' in size ? size.exactly : size.max;
  const fits = 'exactly' in size ? text.length === 2 * most : text.length > 0 && text.length <= 2 * most;
  if (!fits) throw wrong(what, name, `hexadecimal of ${'exactly' in size ? '' : 'at most '}${most} bytes`);
  return reading(what, () => fromHex(text, name));
}

/** It never repeats the value: it may be a key. */
function wrong(what: string, name: string, expected: string): Error {
  return unavailable(`${what}: ${name}: expected ${expected}`, 'see whether that is a guest agent of dstack');
}
