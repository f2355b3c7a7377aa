import { isIPv4, isIPv6 } from 'node:net';

/** The 4 or 16 bytes of an address; IPv4 within IPv6 is IPv4. Undefined for text that is no address. */
export function addressBytes(text: string): Uint8Array | undefined {
  if (text.startsWith('::ffff:') && text.includes('.')) return addressBytes(text.slice(7));
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
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
