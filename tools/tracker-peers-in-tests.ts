import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '@assay/server';
import {
  type Bencode,
  createTorrents,
  encodeBencode,
  parseTorrent,
  startTracker,
  type TrackerService,
  trackerConfig,
} from '@assay/tracker';
import { utf8 } from '@assay/verify/codec';

/** Random bytes, and a private torrent of them. */
export interface TorrentInTests {
  readonly name: string;
  readonly data: Uint8Array;
  /** Bytes of the .torrent file. */
  readonly torrent: Uint8Array;
}

/** For what is on its way: a busy machine is slow, not wrong. */
export const PATIENT = { timeout: 30_000 } as const;

/** Makes a torrent of one file. */
export function torrentInTests(
  bytes: number,
  pieceLength: number,
  announce = 'http://127.0.0.1/announce',
): TorrentInTests {
  const data = randomBytes(bytes);
  const name = `file-${data.toString('hex', 0, 4)}.bin`;
  const hashes = Array.from({ length: Math.ceil(bytes / pieceLength) }, (_, index) =>
    createHash('sha1')
      .update(data.subarray(index * pieceLength, (index + 1) * pieceLength))
      .digest(),
  );
  const info = new Map<string, Bencode>([
    ['length', bytes],
    ['name', utf8(name)],
    ['piece length', pieceLength],
    ['pieces', Buffer.concat(hashes)],
    ['private', 1],
  ]);
  const torrent = encodeBencode(
    new Map<string, Bencode>([
      ['announce', utf8(announce)],
      ['info', info],
    ]),
  );
  return { name, data, torrent };
}

/** A folder that goes with the test. */
export async function folderInTests(file?: TorrentInTests): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'assay-peer-'));
  if (file !== undefined) await writeFile(join(path, file.name), file.data);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A tracker in this process, at any free port, without a TEE. */
export async function trackerInTests(
  database: string,
  files: readonly TorrentInTests[],
  config: Readonly<Record<string, unknown>> = {},
  material: Uint8Array = randomBytes(32),
): Promise<TrackerService> {
  const torrents = createTorrents();
  for (const { torrent } of files) torrents.add(parseTorrent(torrent));
  return startTracker({
    config: trackerConfig.parse({ host: '127.0.0.1', port: 0, udpPort: 'off', database, ...config }),
    platform: { attester: undefined, keys: undefined, looked: [], simulated: null, releases: undefined },
    policy: {},
    roots: [],
    endorsementsFor: () => Promise.resolve(undefined),
    material,
    torrents,
    version: '0.0.0',
    log: { write: () => undefined },
    report: () => undefined,
    metrics: createMetrics(),
    clock: () => new Date(),
  });
}
