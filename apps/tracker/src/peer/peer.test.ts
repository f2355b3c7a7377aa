import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderInTests, PATIENT, torrentInTests } from '../../../../tools/tracker-peers-in-tests.ts';
import { EPOCH, plainPeer, TRACKER } from '../../../../tools/tracker-peers-plain.ts';
import { blsKeyPair } from '../bls/key.ts';
import { openContent } from './content.ts';
import { encodeExtendedHandshake } from './extension.ts';
import { PEER_LIMITS } from './limits.ts';
import type { Message } from './message.ts';
import { parseMetainfo } from './metainfo.ts';
import { createSigner } from './signer.ts';
import { openWire } from './wire.ts';

const PIECE = 16_384;

/** A wire to a peer of ours, to be used by hand. */
async function wireTo(port: number, infohash: Uint8Array) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const local = { infohash, peerId: Buffer.alloc(20, 9), extended: true };
  const wire = await openWire(socket, { local, mostBytes: PEER_LIMITS.messageBytes });
  return { ...wire, [Symbol.dispose]: wire.close };
}

/** Messages until the connection ends. */
async function rest(messages: AsyncIterable<Message>): Promise<number> {
  let count = 0;
  for await (const _ of messages) count += 1;
  return count;
}

describe('a peer', () => {
  test('goes on where it was, and checks what is there', async () => {
    const file = torrentInTests(4 * PIECE, PIECE);
    await using folder = await folderInTests();
    const broken = Uint8Array.from(file.data);
    broken[PIECE] = (broken[PIECE] ?? 0) ^ 1;
    await writeFile(join(folder.path, file.name), broken.subarray(0, 3 * PIECE));
    await using content = await openContent(parseMetainfo(file.torrent), folder.path);
    expect(content.here.bytes()).toEqual(Uint8Array.of(0b1010_0000));
    expect(content.left()).toBe(2 * PIECE);
  });

  test('takes no piece that is not the torrent’s, and meets its sender no more', async () => {
    const file = torrentInTests(PIECE, PIECE);
    const other = torrentInTests(PIECE, PIECE);
    await using here = await folderInTests();
    await using leech = await plainPeer(file.torrent, here.path, 1);
    using wire = await wireTo(leech.peer.port, leech.metainfo.infohash);
    await wire.send({ type: 'bitfield', bits: Uint8Array.of(0x80) });
    await wire.send({ type: 'unchoke' });
    for await (const message of wire.messages()) {
      if (message.type === 'request') await wire.send({ ...message, type: 'piece', block: other.data });
    }
    expect(leech.told).toEqual([expect.stringContaining('piece 0: not the bytes of the torrent')]);
    expect(Buffer.compare(await readFile(join(here.path, file.name)), new Uint8Array())).toBe(0);
    const again = connect(leech.peer.port, '127.0.0.1');
    again.on('error', () => undefined);
    again.resume();
    await once(again, 'close');
    expect(leech.peer.connections()).toBe(0);
  });

  test('sends no more to who speaks pt_receipt and owes too many receipts', async () => {
    const pieces = PEER_LIMITS.owed + 8;
    const file = torrentInTests(pieces * PIECE, PIECE);
    await using here = await folderInTests(file);
    await using seed = await plainPeer(file.torrent, here.path, 1);
    const { infohash } = seed.metainfo;
    using wire = await wireTo(seed.peer.port, infohash);
    const signer = createSigner(blsKeyPair(new Uint8Array(32).fill(2)).key, TRACKER, EPOCH);
    await wire.send({ type: 'extended', id: 0, payload: encodeExtendedHandshake(signer.certificate) });
    await wire.send({ type: 'interested' });
    const got: number[] = [];
    for await (const message of wire.messages()) {
      if (message.type === 'unchoke') {
        for (let piece = 0; piece < pieces; piece += 1) {
          await wire.send({ type: 'request', piece, begin: 0, length: PIECE });
        }
      }
      if (message.type === 'piece') got.push(message.piece);
      // A request that cannot be is answered with the end: everything before it was looked at.
      if (got.length === PEER_LIMITS.owed) await wire.send({ type: 'request', piece: pieces, begin: 0, length: 1 });
    }
    expect(got).toHaveLength(PEER_LIMITS.owed);
  });

  test.each<readonly [string, Parameters<Awaited<ReturnType<typeof wireTo>>['send']>[0], string]>([
    ['a piece beyond the last', { type: 'request', piece: 2, begin: 0, length: 1 }, 'request: piece 2'],
    ['more than a block', { type: 'request', piece: 0, begin: 0, length: PIECE + 1 }, 'request: piece 0'],
    ['bytes beyond the piece', { type: 'request', piece: 1, begin: 1, length: PIECE }, 'request: piece 1'],
    ['to know of a piece beyond the last', { type: 'have', piece: 2 }, 'have: piece 2 of 2'],
    ['a bitfield of another torrent', { type: 'bitfield', bits: new Uint8Array(2) }, 'bitfield: 2 bytes, expected 1'],
    ['nonsense in an extended handshake', { type: 'extended', id: 0, payload: Uint8Array.of(1) }, 'bencode, byte 0'],
  ])('ends a connection that asks for %s', async (_name, message, told) => {
    const file = torrentInTests(2 * PIECE, PIECE);
    await using here = await folderInTests(file);
    await using seed = await plainPeer(file.torrent, here.path, 1);
    using wire = await wireTo(seed.peer.port, seed.metainfo.infohash);
    // A bitfield comes first or not at all.
    if (message.type === 'request') {
      await wire.send({ type: 'interested' });
    }
    await wire.send(message);
    await rest(wire.messages());
    expect(seed.told).toEqual([expect.stringContaining(told)]);
  });

  test('ends a connection with more requests than it takes', async () => {
    const file = torrentInTests(2 * PIECE, PIECE);
    await using here = await folderInTests(file);
    await using seed = await plainPeer(file.torrent, here.path, 1);
    using wire = await wireTo(seed.peer.port, seed.metainfo.infohash);
    await wire.send({ type: 'interested' });
    // Nobody reads the answers: they fill the buffers, and requests wait.
    const flood = async (): Promise<void> => {
      for (let count = 0; count < 20_000 && seed.told.length === 0; count += 1) {
        await wire.send({ type: 'request', piece: 0, begin: 0, length: PIECE });
      }
    };
    await flood();
    await expect.poll(() => seed.told, PATIENT).toEqual([expect.stringContaining('request: more than 512 at once')]);
  });
});

describe('a torrent file', () => {
  test.each([
    ['a path', '../x', 'info.name'],
    ['a folder', '..', 'info.name'],
  ])('whose name is %s is refused', (_what, name, field) => {
    const file = torrentInTests(PIECE, PIECE);
    const text = Buffer.from(file.torrent).toString('latin1');
    const changed = text.replace(`${file.name.length}:${file.name}`, `${name.length}:${name}`);
    expect(() => parseMetainfo(Buffer.from(changed, 'latin1'))).toThrow(field);
  });
});
