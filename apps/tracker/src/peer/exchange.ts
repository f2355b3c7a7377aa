import { AssayError } from '@assay/verify';
import { createBits } from './bits.ts';
import type { Content } from './content.ts';
import { createLoading } from './loading.ts';
import type { Message } from './message.ts';
import type { Metainfo } from './metainfo.ts';
import type { Picker } from './picker.ts';
import { createReceipting, type ReceiptTerms } from './receipting.ts';
import { createServing } from './serving.ts';
import type { Wire } from './wire.ts';

/** What all connections of a peer share. */
export interface ExchangeParts {
  readonly metainfo: Metainfo;
  readonly content: Content;
  readonly picker: Picker;
  /** Undefined: without receipts. */
  readonly receipts: ReceiptTerms | undefined;
  /** A piece came, whole and right; it is for all connections to know. */
  readonly loaded: (piece: number) => void;
  /** Milliseconds to wait for a block. */
  readonly blockMs: number;
}

/** One connection of a peer at work. */
export interface Exchange {
  /** Resolves when it ended, to what ended it, if that was a fault. */
  readonly ended: Promise<AssayError | undefined>;
  /** Tells the other side of a piece. */
  readonly have: (piece: number) => void;
  /** Looks again for pieces to load: others gave some back. */
  readonly wake: () => void;
  readonly close: () => void;
}

/** Loads what is missing from the other side, and gives it what it asks for. */
export function startExchange(wire: Wire, parts: ExchangeParts): Exchange {
  const { metainfo, content, picker } = parts;
  const pieces = metainfo.pieces.length;
  const receipting = createReceipting(wire, metainfo, parts.receipts);
  const loading = createLoading(metainfo, content, picker);
  const serving = createServing(wire, parts, receipting.claims);
  let theirs = createBits(pieces);
  let first = true;
  let choked = true;
  let choking = true;
  let interested = false;
  const snub = setTimeout(() => {
    // Whoever promised a block and keeps it would keep others from the piece.
    if (loading.waiting()) wire.close();
    else snub.refresh();
  }, parts.blockMs);
  snub.unref();

  const ask = async (): Promise<void> => {
    if (choked) return;
    for (const range of loading.next(theirs)) await wire.send({ type: 'request', ...range });
  };
  const load = async (): Promise<void> => {
    const wants = picker.wants(theirs);
    if (wants !== interested) {
      interested = wants;
      await wire.send({ type: wants ? 'interested' : 'not-interested' });
    }
    await ask();
  };
  /** Two seeds have nothing to give each other; receipts come first. */
  const part = (): void => {
    const both = theirs.count() === pieces && content.here.count() === pieces;
    if (both && (receipting.claims()?.owed() ?? 0) === 0) wire.close();
  };
  const took = async (message: Message): Promise<void> => {
    switch (message.type) {
      case 'choke':
        choked = true;
        loading.stop();
        return;
      case 'unchoke':
        choked = false;
        return load();
      case 'interested':
        if (choking) await wire.send({ type: 'unchoke' });
        choking = false;
        return;
      case 'bitfield':
        if (!first) throw malformed('bitfield: not the first message');
        theirs = createBits(pieces, message.bits);
        await load();
        return part();
      case 'have':
        if (message.piece >= pieces) throw malformed(`have: piece ${message.piece} of ${pieces}`);
        theirs.add(message.piece);
        await load();
        return part();
      case 'request':
        return choking ? undefined : serving.ask(message);
      case 'cancel':
        return serving.cancel(message);
      case 'piece': {
        snub.refresh();
        const piece = await loading.take(message.piece, message.begin, message.block);
        if (piece === undefined) return ask();
        await receipting.received(piece);
        parts.loaded(piece);
        return load();
      }
      case 'extended':
        await receipting.take(message.id, message.payload);
        serving.go();
        return part();
      case 'not-interested':
      case 'keep-alive':
      case 'unknown':
        return;
    }
  };
  const run = async (): Promise<AssayError | undefined> => {
    try {
      // BEP 10 lets it come before the bitfield, and BEP 3 wants that one first: nobody minds this order.
      await wire.send({ type: 'bitfield', bits: content.here.bytes() });
      if (wire.remote.extended) await receipting.greet();
      for await (const message of wire.messages()) {
        await took(message);
        if (message.type !== 'extended') first = false;
      }
      return undefined;
    } catch (error) {
      if (error instanceof AssayError) return error;
      throw error;
    } finally {
      clearTimeout(snub);
      loading.stop();
      wire.close();
    }
  };
  return {
    ended: run(),
    have: (piece) => void wire.send({ type: 'have', piece }),
    wake: () => void load(),
    close: wire.close,
  };
}

function malformed(message: string): AssayError {
  return new AssayError('malformed', message, { field: 'message' });
}
