import { concatBytes } from '@noble/hashes/utils.js';

/** The body of a request; undefined as soon as it is longer than `maxBytes`, and the rest is not read. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array | undefined> {
  // By hand: not every browser has streams that can be iterated.
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      return undefined;
    }
    chunks.push(part.value);
  }
  return concatBytes(...chunks);
}
