/** The 4 or 16 bytes of an IP address, which has no zone and no leading zeros; undefined for any other text. */
export function addressBytes(text: string): Uint8Array | undefined {
  return text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text);
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const right = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return right ? Uint8Array.from(parts, Number) : undefined;
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const url = `http://[${text}]/`;
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(url)) return undefined;
  // The URL parser writes groups in hexadecimal only, which leaves `::` to be expanded.
  const [before = '', after = ''] = new URL(url).hostname.slice(1, -1).split('::');
  const [left, right] = [groupsOf(before), groupsOf(after)];
  const zeros = new Array<number>(8 - left.length - right.length).fill(0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
