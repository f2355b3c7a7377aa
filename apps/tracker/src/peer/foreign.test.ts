import { verify } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { toHex, utf8 } from '@assay/verify/codec';
import Wire from 'bittorrent-protocol';
import { describe, expect, test } from 'vitest';
import { folderInTests, PATIENT, torrentInTests } from '../../../../tools/tracker-peers-in-tests.ts';
import { EPOCH, plainPeer, TRACKER } from '../../../../tools/tracker-peers-plain.ts';
import { encodeBencode } from '../bencode/encode.ts';
import type { Bencode } from '../bencode/value.ts';
import { blsKeyPair } from '../bls/key.ts';
import { parseReceipt } from '../receipts/receipt.ts';
import { counterpartOf } from './claims.ts';
import { encodeReceiptMessage, parseReceiptMessage, type SignedReceipt } from './extension.ts';
import { createSigner } from './signer.ts';

const PIECE = 32_768;
const PEER_ID = Buffer.from('-XX0001-abcdefghijkl');

/** An extension that takes id 1, so that receipts have another id there than here. */
class Other {}
Object.defineProperty(Other.prototype, 'name', { value: 'ut_other' });

/** Foreign wire code on a socket. */
function foreign(socket: Socket) {
  const wire = new Wire();
  socket.on('error', () => undefined);
  wire.on('error', () => undefined);
  socket.pipe(wire).pipe(socket);
  return wire;
}

async function dial(port: number, infohash: Uint8Array) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const wire = foreign(socket);
  return { socket, wire, shake: () => wire.handshake(Buffer.from(infohash), PEER_ID) };
}

describe('bittorrent-protocol', () => {
  test('loads every block from our seed without knowing receipts, and gives none', async () => {
    const file = torrentInTests(3 * PIECE + 5, PIECE);
    await using folder = await folderInTests(file);
    await using seed = await plainPeer(file.torrent, folder.path, 1);
    const { socket, wire, shake } = await dial(seed.peer.port, seed.metainfo.infohash);
    const loaded = Buffer.alloc(file.data.length);
    const done = new Promise<void>((resolve) => {
      let left = file.data.length;
      wire.on('unchoke', () => {
        for (let at = 0; at < file.data.length; at += 16_384) {
          const length = Math.min(16_384, file.data.length - at);
          wire.request(Math.floor(at / PIECE), at % PIECE, length, (error, block) => {
            if (error !== null || block === undefined) throw error ?? new Error('no block');
            loaded.set(block, at);
            left -= block.length;
            if (left === 0) resolve();
          });
        }
      });
    });
    shake();
    wire.interested();
    await done;
    expect(loaded.equals(file.data)).toBe(true);
    expect(seed.kept).toEqual([]);
    expect(seed.told).toEqual([]);
    socket.destroy();
  });

  test('seeds to our peer, which signs nothing for who takes no receipts', async () => {
    const file = torrentInTests(2 * PIECE, PIECE);
    await using folder = await folderInTests();
    await using leech = await plainPeer(file.torrent, folder.path, 1);
    const extended: number[] = [];
    const server = createServer((socket) => {
      const wire = foreign(socket);
      wire.on('handshake', () => {
        wire.handshake(Buffer.from(leech.metainfo.infohash), PEER_ID);
        wire.bitfield(Uint8Array.of(0xc0));
        wire.unchoke();
      });
      wire.on('extended', (name) => {
        if (typeof name === 'number') extended.push(name);
      });
      wire.on('request', (piece, offset, length, respond) => {
        const at = piece * PIECE + offset;
        respond(null, file.data.subarray(at, at + length));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    void leech.peer.meet('127.0.0.1', port);
    await leech.peer.complete;
    expect(Buffer.compare(await readFile(join(folder.path, file.name)), file.data)).toBe(0);
    expect(extended).toEqual([]);
    expect(leech.told).toEqual([]);
    server.close();
  });

  test('speaks pt_receipt as an extension of its own, under the ids of each side', async () => {
    const file = torrentInTests(PIECE, PIECE);
    await using folder = await folderInTests(file);
    await using seed = await plainPeer(file.torrent, folder.path, 1);
    const { socket, wire, shake } = await dial(seed.peer.port, seed.metainfo.infohash);
    const signer = createSigner(blsKeyPair(new Uint8Array(32).fill(2)).key, TRACKER, EPOCH);
    const refusals: string[] = [];
    class Receipts {
      onExtendedHandshake(): void {
        wire.interested();
      }
      onMessage(bytes: Uint8Array): void {
        const message = parseReceiptMessage(bytes);
        if (message.type === 'refused') refusals.push(message.code);
      }
    }
    Object.defineProperty(Receipts.prototype, 'name', { value: 'pt_receipt' });
    wire.use(Other);
    wire.use(Receipts);
    wire.extendedHandshake.pt_receipt = { v: 1, certificate: Buffer.from(signer.certificate) };
    wire.on('unchoke', () => {
      wire.request(0, 0, 16_384, () => undefined);
      wire.request(0, 16_384, 16_384, () => {
        const { infohash } = seed.metainfo;
        const receipt = { infohash, sender: seed.signer.publicKey, piece: 0, bytes: PIECE, epoch: EPOCH };
        const lie = signer.sign({ ...receipt, bytes: 2 * PIECE });
        wire.extended('pt_receipt', Buffer.from(encodeReceiptMessage({ type: 'receipts', receipts: [lie] })));
        const truth = signer.sign(receipt);
        wire.extended('pt_receipt', Buffer.from(encodeReceiptMessage({ type: 'receipts', receipts: [truth] })));
      });
    });
    shake();
    await expect.poll(() => seed.kept.length, PATIENT).toBe(1);
    expect(seed.kept.map(({ certificate }) => toHex(certificate))).toEqual([toHex(signer.certificate)]);
    await expect.poll(() => refusals, PATIENT).toEqual(['bytes']);
    socket.destroy();
  });

  test('gets our receipts as a seed, under its own id, each signed by the certified session key', async () => {
    const file = torrentInTests(2 * PIECE, PIECE);
    await using folder = await folderInTests();
    await using leech = await plainPeer(file.torrent, folder.path, 1);
    const signer = createSigner(blsKeyPair(new Uint8Array(32).fill(2)).key, TRACKER, EPOCH);
    const got: SignedReceipt[] = [];
    const server = createServer((socket) => {
      const wire = foreign(socket);
      class Receipts {
        onMessage(bytes: Uint8Array): void {
          const message = parseReceiptMessage(bytes);
          if (message.type === 'receipts') got.push(...message.receipts);
        }
      }
      Object.defineProperty(Receipts.prototype, 'name', { value: 'pt_receipt' });
      wire.use(Other);
      wire.use(Receipts);
      wire.extendedHandshake.pt_receipt = { v: 1, certificate: Buffer.from(signer.certificate) };
      wire.on('handshake', () => {
        wire.handshake(Buffer.from(leech.metainfo.infohash), PEER_ID);
        wire.bitfield(Uint8Array.of(0xc0));
      });
      wire.on('extended', (name) => {
        if (name === 'handshake') wire.unchoke();
      });
      wire.on('request', (piece, offset, length, respond) => {
        const at = piece * PIECE + offset;
        respond(null, file.data.subarray(at, at + length));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    void leech.peer.meet('127.0.0.1', typeof bound === 'object' && bound !== null ? bound.port : 0);
    await expect.poll(() => got.length, PATIENT).toBe(2);
    const { sessionKey } = counterpartOf(leech.signer.certificate, TRACKER);
    expect(got.map(({ receipt, signature }) => verify(null, receipt, sessionKey, signature))).toEqual([true, true]);
    const said = got.map(({ receipt }) => parseReceipt(new Uint8Array(receipt)));
    expect(said.map(({ piece, pieces, bytes, epoch }) => [piece, pieces, bytes, epoch])).toEqual([
      [0, 1, PIECE, EPOCH],
      [1, 1, PIECE, EPOCH],
    ]);
    expect(said.map(({ sender }) => toHex(sender))).toEqual(Array(2).fill(toHex(signer.publicKey)));
    server.close();
  });

  test('is told what is wrong with the nested form of older trackers, and loads all the same', async () => {
    const file = torrentInTests(PIECE, PIECE);
    await using folder = await folderInTests(file);
    await using seed = await plainPeer(file.torrent, folder.path, 1);
    const { socket, wire, shake } = await dial(seed.peer.port, seed.metainfo.infohash);
    const advice: string[] = [];
    const blocks: number[] = [];
    wire.on('extended', (name, info) => {
      if (name !== 'handshake' || typeof info !== 'object' || info === null || !('pt_receipt' in info)) return;
      const { pt_receipt: offer } = info;
      if (typeof offer === 'object' && offer !== null && 'advice' in offer) {
        advice.push(Buffer.from(offer.advice as Uint8Array).toString());
      }
    });
    wire.on('handshake', () => {
      const nested = new Map<string, Bencode>([['receipt', 1]]);
      const old = new Map<string, Bencode>([['m', new Map<string, Bencode>([['pbts', nested]])]]);
      wire.extended(0, Buffer.from(encodeBencode(old)));
      // As the older peers send it: under their own id.
      wire.extended(1, Buffer.from(encodeBencode(new Map([['infohash', utf8('x')]]))));
      wire.interested();
    });
    wire.on('unchoke', () => wire.request(0, 0, 16_384, (_error, block) => blocks.push(block?.length ?? 0)));
    shake();
    await expect.poll(() => blocks, PATIENT).toEqual([16_384]);
    expect(advice).toEqual([expect.stringContaining('send m.pt_receipt as an integer')]);
    expect(seed.kept).toEqual([]);
    socket.destroy();
  });
});
