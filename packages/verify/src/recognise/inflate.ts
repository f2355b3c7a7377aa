import { concatBytes } from '../codec/bytes.ts';
import { utf8 } from '../codec/text.ts';
import { malformed } from '../errors.ts';

const COMPRESSED = utf8('ELGZv1');
/** The largest event log that dstack puts into a certificate, in bytes. */
const MAX_EVENT_LOG = 16_384;

/** dstack's event log: plain as it is, or gzip after `ELGZv1`. Throws `malformed` for other gzip, and for more than 16 KiB. */
export async function inflated(log: Uint8Array): Promise<Uint8Array> {
  if (!COMPRESSED.every((byte, index) => log[index] === byte)) return log;
  const content = await unzipped(new Uint8Array(log.subarray(COMPRESSED.length)));
  if (content) return content;
  const field = 'event log';
  throw malformed(`${field}: not gzip, or larger than ${MAX_EVENT_LOG} bytes`, { field });
}

async function unzipped(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array | undefined> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const chunks: Uint8Array[] = [];
  let left = MAX_EVENT_LOG;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      left -= part.value.length;
      if (left < 0) return undefined;
      chunks.push(part.value);
    }
    return concatBytes(...chunks);
  } catch {
    return undefined;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
