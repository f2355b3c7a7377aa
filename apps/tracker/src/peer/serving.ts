import { AssayError } from '@assay/verify';
import type { Claims } from './claims.ts';
import type { Content } from './content.ts';
import { PEER_LIMITS } from './limits.ts';
import type { BlockRange } from './message.ts';
import { type Metainfo, pieceBytes } from './metainfo.ts';
import type { Wire } from './wire.ts';

/** What the other side of a connection asked for. */
export interface Serving {
  /** Throws `malformed` for what is not to be had, or too much at once. */
  readonly ask: (range: BlockRange) => void;
  readonly cancel: (range: BlockRange) => void;
  /** Sends what may be sent; to be called when a receipt came. */
  readonly go: () => void;
}

/** Sends blocks in the order in which they were asked for, as long as the other side does not owe too many receipts. */
export function createServing(
  wire: Wire,
  { metainfo, content }: { readonly metainfo: Metainfo; readonly content: Content },
  claims: () => Claims | undefined,
): Serving {
  let queue: BlockRange[] = [];
  let busy = false;
  const send = async (): Promise<void> => {
    while ((claims()?.owed() ?? 0) < PEER_LIMITS.owed) {
      const range = queue.shift();
      if (range === undefined) return;
      const { piece, begin, length } = range;
      const block = await content.read(piece, begin, length);
      await wire.send({ type: 'piece', piece, begin, block });
      claims()?.sent(piece, begin, length);
    }
  };
  const go = (): void => {
    if (busy) return;
    busy = true;
    void send()
      // The file is gone: there is nothing to say.
      .catch(() => wire.close())
      .finally(() => {
        busy = false;
      });
  };
  return {
    ask(range) {
      const { piece, begin, length } = range;
      const right = content.here.has(piece) && length >= 1 && begin + length <= pieceBytes(metainfo, piece);
      if (!right || length > PEER_LIMITS.block) throw malformed(`request: piece ${piece}, ${begin}, ${length} bytes`);
      if (queue.length === PEER_LIMITS.requests) throw malformed(`request: more than ${PEER_LIMITS.requests} at once`);
      queue.push(range);
      go();
    },
    cancel({ piece, begin }) {
      queue = queue.filter((range) => range.piece !== piece || range.begin !== begin);
    },
    go,
  };
}

function malformed(message: string): AssayError {
  return new AssayError('malformed', message, { field: 'request' });
}
