import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bencode, encodeBencode } from '@assay/tracker';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.ts';

/** A BitTorrent client of Debian. */
export interface TrackerClient {
  readonly name: string;
  /** The package to install. */
  readonly debian: string;
  readonly installed: boolean;
  /** Program and arguments that seed or download: the same, since they look at what is there first. */
  readonly command: (place: ClientPlace) => readonly [string, ...string[]];
}

/** Where a client works. */
export interface ClientPlace {
  /** Holds the .torrent file and, in `data`, the content. */
  readonly folder: string;
  readonly torrent: string;
  readonly data: string;
  readonly address: string;
  readonly port: number;
}

/** The content of the torrents: 4 MiB. */
export const CONTENT_BYTES = 4 * 1024 * 1024;
const PIECE = 65_536;

const LIBTORRENT = `
import libtorrent, sys, time
torrent, data, interface = sys.argv[1:]
session = libtorrent.session({
    'listen_interfaces': interface, 'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False,
    'enable_natpmp': False, 'allow_multiple_connections_per_ip': True, 'alert_mask': 0,
})
session.add_torrent({'ti': libtorrent.torrent_info(torrent), 'save_path': data})
while True:
    time.sleep(60)
`;

/** Over TCP alone: other clients do not answer its first attempts over uTP. */
const TRANSMISSION = { 'utp-enabled': false, 'dht-enabled': false, 'lpd-enabled': false, 'pex-enabled': false };

/** The clients that transfer through the tracker. */
export const CLIENTS: Readonly<Record<'aria2' | 'transmission' | 'libtorrent', TrackerClient>> = {
  aria2: {
    name: 'aria2',
    debian: 'aria2',
    installed: runs('aria2c', '--version'),
    command: ({ torrent, data, port }) => [
      'aria2c',
      ...['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false', '--enable-peer-exchange=false'],
      ...['--check-integrity=true', '--seed-ratio=0.0', '--no-conf=true', '--file-allocation=none', '--quiet=true'],
      ...[`--listen-port=${port}`, `--dir=${data}`, torrent],
    ],
  },
  transmission: {
    name: 'transmission',
    debian: 'transmission-cli',
    installed: runs('transmission-cli', '--version'),
    command: ({ folder, torrent, data, port }) => [
      'transmission-cli',
      ...['--encryption-tolerated', '--no-portmap', '--no-uplimit', '--no-downlimit', '--verify'],
      ...[`--config-dir=${join(folder, 'config')}`, `--port=${port}`, `--download-dir=${data}`, torrent],
    ],
  },
  libtorrent: {
    name: 'libtorrent',
    debian: 'python3-libtorrent',
    installed: runs('/usr/bin/python3', '-c', 'import libtorrent'),
    command: ({ torrent, data, address, port }) => [
      '/usr/bin/python3',
      '-c',
      LIBTORRENT,
      torrent,
      data,
      `${address}:${port}`,
    ],
  },
};

/** An IPv4 address of this machine that others could reach: some clients drop peers and trackers on 127.0.0.1. */
export const OWN_ADDRESS: string | undefined = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** A private torrent (BEP 27) of this content. */
export function torrentFile(
  content: Uint8Array,
  announce: string,
): { readonly file: Uint8Array; readonly infohash: Uint8Array } {
  const hashes: Buffer[] = [];
  for (let at = 0; at < content.length; at += PIECE) {
    hashes.push(
      createHash('sha1')
        .update(content.subarray(at, at + PIECE))
        .digest(),
    );
  }
  const info = new Map<string, Bencode>([
    ['length', content.length],
    ['name', Buffer.from('content')],
    ['piece length', PIECE],
    ['pieces', Buffer.concat(hashes)],
    ['private', 1],
  ]);
  const file = encodeBencode(
    new Map<string, Bencode>([
      ['announce', Buffer.from(announce)],
      ['info', info],
    ]),
  );
  return { file, infohash: createHash('sha1').update(encodeBencode(info)).digest() };
}

/** A client at work until the test ends. */
export interface ClientAtWork {
  /** What it has of the content. */
  readonly content: () => Promise<Uint8Array>;
  /** What it printed, for when it fails. */
  readonly output: () => string;
}

/** Starts a client on a .torrent file; with content it seeds. */
export async function startClient(
  client: TrackerClient,
  file: Uint8Array,
  address: string,
  content?: Uint8Array,
): Promise<ClientAtWork> {
  const folder = await mkdtemp(join(tmpdir(), `assay-${client.name}-`));
  const [torrent, data] = [join(folder, 'it.torrent'), join(folder, 'data')];
  await mkdir(data);
  await writeFile(torrent, file);
  await mkdir(join(folder, 'config'));
  await writeFile(join(folder, 'config', 'settings.json'), JSON.stringify(TRANSMISSION));
  if (content !== undefined) await writeFile(join(data, 'content'), content);
  const [program, ...words] = client.command({ folder, torrent, data, address, port: await freePort() });
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: folder } });
  let output = '';
  const print = (chunk: Buffer): void => {
    output = `${output}${chunk.toString('latin1')}`.slice(-2_000);
  };
  child.stdout.on('data', print);
  child.stderr.on('data', print);
  onTestFinished(async () => {
    await ended(child);
    await rm(folder, { recursive: true });
  });
  return {
    output: () => output,
    content: async () => new Uint8Array(await readFile(join(data, 'content')).catch(() => new Uint8Array())),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

function runs(program: string, ...words: readonly string[]): boolean {
  const { error, stdout, stderr, status } = spawnSync(program, words, { timeout: 20_000 });
  // transmission-cli tells its version, and fails.
  return error === undefined && (status === 0 || `${stdout}${stderr}`.includes('transmission-cli 3'));
}
