import { isIPv6 } from 'node:net';

/** The 4 or 16 bytes of an address; IPv4 within IPv6 is IPv4. Undefined for text that is no address. */
export function addressBytes(text: string): Uint8Array | undefined {
  const ipv4 = ipv4Bytes(text.startsWith('::ffff:') ? text.slice(7) : text);
  if (ipv4 !== undefined) return ipv4;
  // Before a zone, which only means something on this machine.
  const [plain = ''] = text.split('%');
  return isIPv6(plain) ? unmapped(ipv6Bytes(plain)) : undefined;
}

/** Text of an address of 4 or 16 bytes. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words: string[] = [];
  for (let at = 0; at < 16; at += 2) words.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  return words.join(':');
}

/** By hand, because each announce needs one. */
function ipv4Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  let filled = 0;
  let value = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const digit = at === text.length ? DOT : text.charCodeAt(at) - 0x30;
    if (digit === DOT) {
      if (value < 0 || value > 255 || filled === 4) return undefined;
      bytes[filled] = value;
      filled += 1;
      value = -1;
    } else if (digit < 0 || digit > 9 || value === 0) {
      // Nothing but digits, and no zero before others: some would read that as octal.
      return undefined;
    } else {
      value = value < 0 ? digit : value * 10 + digit;
    }
  }
  return filled === 4 ? bytes : undefined;
}

const DOT = 0x2e - 0x30;

function ipv6Bytes(text: string): Uint8Array {
  const dotted = text.lastIndexOf(':') + 1;
  // The last four bytes may be written as those of IPv4.
  const hex = text.includes('.', dotted) ? `${text.slice(0, dotted)}${dottedWords(text.slice(dotted))}` : text;
  const [head = '', tail] = hex.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const words = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
  return Uint8Array.from(words.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff]));
}

function dottedWords(text: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

function unmapped(bytes: Uint8Array): Uint8Array {
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12) : bytes;
}
