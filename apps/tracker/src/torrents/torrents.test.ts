import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeBencode } from '../bencode/encode.ts';
import type { Bencode } from '../bencode/value.ts';
import { torrentsOfFolder } from './folder.ts';
import { parseTorrent } from './parse.ts';
import { announcedInfohashes, pieceBytes, pieceCount, torrentLength } from './torrent.ts';
import { createTorrents } from './torrents.ts';

type Members = Readonly<Record<string, Bencode | undefined>>;
const text = (value: string): Uint8Array => Buffer.from(value);
const dictionary = (members: Members): ReadonlyMap<string, Bencode> =>
  new Map(Object.entries(members).filter((member): member is [string, Bencode] => member[1] !== undefined));
const torrentOf = (info: Members): Uint8Array => encodeBencode(dictionary({ info: dictionary(info) }));
const file = (length: number): ReadonlyMap<string, Bencode> =>
  dictionary({ '': dictionary({ length, 'pieces root': new Uint8Array(32) }) });

const single = { length: 40_000, name: text('single'), 'piece length': 16_384, pieces: new Uint8Array(60) };
const tree = dictionary({ a: file(20_000), empty: file(0), folder: dictionary({ b: file(16_384) }) });
const second = { 'file tree': tree, 'meta version': 2, name: text('two'), 'piece length': 16_384 };

const sizes = (bytes: Uint8Array): readonly (number | undefined)[] => {
  const torrent = parseTorrent(bytes);
  return Array.from({ length: pieceCount(torrent) + 1 }, (_, index) => pieceBytes(torrent, index));
};

describe('a .torrent file', () => {
  test('BEP 3: its infohash is the SHA-1 of its info, and its last piece is shorter', () => {
    const torrent = parseTorrent(torrentOf(single));
    const expected = createHash('sha1')
      .update(encodeBencode(dictionary(single)))
      .digest();
    expect(announcedInfohashes(torrent)).toEqual([expected]);
    expect([torrent.name, torrentLength(torrent), torrent.private]).toEqual(['single', 40_000, false]);
    expect(sizes(torrentOf(single))).toEqual([16_384, 16_384, 7_232, undefined]);
  });

  test('BEP 3: files of version 1 share pieces', () => {
    const files = [10_000, 30_000].map((length) => dictionary({ length, path: [text('f')] }));
    expect(sizes(torrentOf({ ...single, length: undefined, files }))).toEqual([16_384, 16_384, 7_232, undefined]);
  });

  test('BEP 52: files of version 2 do not; the first 20 bytes of the SHA-256 are announced', () => {
    const torrent = parseTorrent(torrentOf(second));
    const expected = createHash('sha256')
      .update(encodeBencode(dictionary(second)))
      .digest();
    expect(torrent.infohashV2).toEqual(expected);
    expect(announcedInfohashes(torrent)).toEqual([expected.subarray(0, 20)]);
    expect(sizes(torrentOf(second))).toEqual([16_384, 3_616, 16_384, undefined]);
  });

  test('BEP 52: a hybrid has two infohashes', () => {
    expect(
      announcedInfohashes(parseTorrent(torrentOf({ ...single, ...second, pieces: new Uint8Array(60) }))),
    ).toHaveLength(2);
  });

  test('BEP 27: says whether it is private', () => {
    expect(parseTorrent(torrentOf({ ...single, private: 1 })).private).toBe(true);
  });

  test.each<[Members, string]>([
    [{ ...single, pieces: new Uint8Array(40) }, 'info.pieces: expected 60 bytes, found 40'],
    [{ ...single, pieces: undefined }, 'info.pieces: expected hashes of 20 bytes, found nothing'],
    [{ ...single, length: -1 }, 'info.length: expected a number from 0'],
    [{ ...single, 'piece length': 0 }, 'info.piece length: expected a number from 1'],
    [{ ...single, name: 7 }, 'info.name: expected a string'],
    [{ ...single, files: 7 }, 'info.files: expected a list'],
    [{ ...single, 'meta version': 3 }, 'info.meta version: expected 1 or 2'],
    [{ ...second, 'piece length': 20_000 }, 'info.piece length: expected a power of two'],
    [{ ...second, 'file tree': undefined }, 'info.file tree: expected a dictionary, found nothing'],
    [
      { ...second, 'file tree': dictionary({ a: dictionary({ '': dictionary({}) }) }) },
      'info.file tree.length: expected',
    ],
  ])('%# is refused by name', (info, message) => {
    expect(() => parseTorrent(torrentOf(info))).toThrow(message);
  });

  test('any bytes are a torrent or malformed', () => {
    const genuine = torrentOf(second);
    const changed = fc.tuple(fc.nat(genuine.length - 1), fc.nat(255)).map(([at, byte]) => genuine.with(at, byte));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), changed), (bytes) => {
        try {
          expect(parseTorrent(bytes).pieceLength).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'malformed' });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the torrents that are tracked', () => {
  test('are found by what clients announce, and by all 32 bytes of version 2', () => {
    const torrents = createTorrents();
    const torrent = parseTorrent(torrentOf(second));
    torrents.add(torrent);
    const whole = torrent.infohashV2 ?? new Uint8Array();
    expect(torrents.find(whole)).toBe(torrent);
    expect(torrents.find(whole.subarray(0, 20))).toBe(torrent);
    expect(torrents.find(new Uint8Array(whole).with(31, (whole[31] ?? 0) ^ 1))).toBeUndefined();
    expect(torrents.remove(whole)).toBe(true);
    expect([torrents.remove(whole), torrents.size()]).toEqual([false, 0]);
  });

  test('are there once', () => {
    const torrents = createTorrents();
    torrents.add(parseTorrent(torrentOf(single)));
    expect(() => torrents.add(parseTorrent(torrentOf(single)))).toThrow('single is here already');
  });

  test('come from the files of a folder; the first that is malformed is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-torrents-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'b.torrent'), torrentOf(single));
    await writeFile(join(folder, 'a.torrent'), torrentOf(second));
    await writeFile(join(folder, 'notes.txt'), 'none');
    expect((await torrentsOfFolder(folder)).map(({ name }) => name)).toEqual(['two', 'single']);
    await writeFile(join(folder, 'c.torrent'), 'i1e');
    await expect(torrentsOfFolder(folder)).rejects.toThrow('c.torrent: torrent: expected a dictionary');
  });
});
