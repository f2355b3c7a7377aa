import {
  type Announced,
  type AnnounceLimits,
  createRandom,
  createSwarms,
  createTracker,
  createTrackerServer,
  decodeBencode,
  type Gate,
  type HttpLimits,
  type SwarmLimits,
  serveUdp,
  type Tracker,
  type TrackerServer,
  type UdpLimits,
  type UdpTracker,
} from '@assay/tracker';
import { onTestFinished } from 'vitest';

/** A test's tracker: strangers may do everything, unless the parts say otherwise. */
export interface TestTracker {
  readonly tracker: Tracker;
  /** What the accounts were told, in order. */
  readonly announced: readonly Announced[];
  /** Lets time go by. */
  readonly pass: (seconds: number) => void;
  readonly clock: () => Date;
}

/** What a test's tracker is made of, where it matters. */
export interface TestTrackerParts {
  readonly gate?: Partial<Gate>;
  readonly swarms?: Partial<SwarmLimits>;
  readonly limits?: Partial<AnnounceLimits>;
}

/** A tracker whose clock stands at 2026-01-01 until time goes by. */
export function testTracker({ gate, swarms, limits = {} }: TestTrackerParts = {}): TestTracker {
  let now = Date.UTC(2026, 0, 1);
  const announced: Announced[] = [];
  const clock = (): Date => new Date(now);
  const tracker = createTracker({
    gate: {
      user: () => ({ id: '', mayLeech: true }),
      torrent: () => ({ allowed: true }),
      announced: (event) => void announced.push(event),
      ...gate,
    },
    swarms: createSwarms({ key: [1, 2], random: createRandom([1, 2, 3, 4]), limits: { peers: 10_000, ...swarms } }),
    limits,
    clock,
  });
  const pass = (seconds: number): void => {
    now += seconds * 1000;
  };
  return { tracker, announced, clock, pass };
}

/** The tracker over HTTP until the test ends; other paths answer 404. */
export async function served(
  { tracker, clock }: TestTracker,
  options: {
    readonly host?: string;
    readonly trustedProxies?: readonly string[];
    readonly trackerId?: string;
    readonly limits?: Partial<HttpLimits>;
  } = {},
): Promise<TrackerServer> {
  const server = await createTrackerServer({
    host: '127.0.0.1',
    ...options,
    tracker,
    port: 0,
    clock,
    fallback: (_, response) => void response.writeHead(404).end('elsewhere'),
  });
  onTestFinished(() => server.close());
  return server;
}

/** The tracker over UDP until the test ends. */
export async function servedUdp(
  { tracker, clock }: TestTracker,
  host = '127.0.0.1',
  limits: Partial<UdpLimits> = {},
): Promise<UdpTracker> {
  const server = await serveUdp({ tracker, host, port: 0, clock, limits });
  onTestFinished(() => server.close());
  return server;
}

/** Bytes as a query holds them. */
export function percent(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').replace(/../g, '%$&');
}

/** An infohash: so many times the same byte. */
export function infohash(byte: number, length = 20): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

/** An id that says which peer it is. */
export function peerId(peer: number): Uint8Array {
  return Buffer.from(`-AS0001-${String(peer).padStart(12, '0')}`);
}

/** The query of an announce; undefined leaves a parameter out. */
export function announceQuery(changes: Readonly<Record<string, string | number | undefined>> = {}): string {
  const parameters = {
    info_hash: percent(infohash(0xaa)),
    peer_id: percent(peerId(1)),
    port: 6881,
    uploaded: 0,
    downloaded: 0,
    left: 1,
    ...changes,
  };
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}=${value}`).join('&');
}

/** Fetches a path, and decodes its bencoded dictionary: strings are a character for each byte. */
export async function fetched(url: string, init: RequestInit = {}): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(url, init);
  return plain(new Uint8Array(await answer.arrayBuffer()));
}

/** A bencoded dictionary as an object; strings are a character for each byte. */
export function plain(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return simple(decodeBencode(bytes)) as Readonly<Record<string, unknown>>;
}

function simple(value: ReturnType<typeof decodeBencode>): unknown {
  if (typeof value === 'number') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [key, simple(member)]));
  return (value as readonly (typeof value)[]).map(simple);
}

/** `ADDRESS:PORT` of each peer in a compact list of IPv4 endpoints, sorted. */
export function endpoints4(compact: unknown): readonly string[] {
  const bytes = Buffer.from(String(compact), 'latin1');
  const endpoints: string[] = [];
  for (let at = 0; at < bytes.length; at += 6) {
    endpoints.push(`${bytes.subarray(at, at + 4).join('.')}:${bytes.readUInt16BE(at + 4)}`);
  }
  return endpoints.sort((a, b) => (a < b ? -1 : 1));
}
