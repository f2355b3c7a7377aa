/**
 * The bytes of a body, or undefined when there are more than `max`: what is left of it is called off. Throws the
 * signal's reason when that comes first.
 */
export async function boundedBody(
  body: ReadableStream<Uint8Array> | null,
  max: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  // A source may take its time to stop, or fail at that: nobody waits for it.
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    let bytes = new Uint8Array();
    let length = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const chunk = read.value;
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a body is made of something else than bytes');
      if (chunk.length > max - length) return undefined;
      if (length + chunk.length > bytes.length) {
        const grown = new Uint8Array(Math.min(max, 2 * (length + chunk.length)));
        grown.set(bytes.subarray(0, length));
        bytes = grown;
      }
      bytes.set(chunk, length);
      length += chunk.length;
    }
    // A body that was called off ends like a whole one.
    signal.throwIfAborted();
    return bytes.slice(0, length);
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
