import { MAX_REQUEST } from './wire.ts';

/**
 * Cuts a stream into requests by the length that each begins with. Throws for a length that no request has: the stream
 * is lost then.
 */
export function createFramer(): (chunk: Uint8Array) => readonly Buffer[] {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const requests: Buffer[] = [];
    while (rest.length >= 4) {
      const length = rest.readUInt32LE(0);
      if (length < 40 || length > MAX_REQUEST) throw new Error(`FUSE: a request of ${length} bytes`);
      if (rest.length < length) break;
      requests.push(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
    return requests;
  };
}
