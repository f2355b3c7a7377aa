import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { failed } from './client.ts';
import type { Measurement, Throughput } from './measurement.ts';

/** How announces are made. */
export interface AnnounceOptions {
  readonly address: string;
  readonly passkey: string;
  /** 20 bytes each. */
  readonly infohashes: readonly Uint8Array[];
  /** Of both ways together. */
  readonly durationSeconds: number;
  readonly elapsed: () => number;
  readonly progress: (line: string) => void;
}

const CONNECTIONS = 16;
/** Peers that announce, all torrents together. */
const PEERS = 500;
const INTERVALS = 20;

/** Announces over HTTP as fast as they are answered: over connections that stay, and with a connection for each. */
export async function measureAnnounces(
  options: AnnounceOptions,
): Promise<{ readonly measurements: readonly Measurement[]; readonly throughput: readonly Throughput[] }> {
  const kept = await load(options, 'connections that stay', new Agent({ keepAlive: true, maxSockets: CONNECTIONS }));
  const each = await load(options, 'a connection for each', new Agent({ keepAlive: false, maxSockets: CONNECTIONS }));
  const measurement = ({ variant, samples }: Loaded): Measurement => ({
    ...{ experiment: 'announces', tee: 'none', per: 1, variant, samples },
  });
  return { measurements: [kept, each].map(measurement), throughput: [kept, each].map(({ throughput }) => throughput) };
}

interface Loaded {
  readonly variant: string;
  readonly samples: readonly number[];
  readonly throughput: Throughput;
}

async function load(options: AnnounceOptions, variant: string, agent: Agent): Promise<Loaded> {
  const { elapsed, durationSeconds, progress } = options;
  const urls = urlsOf(options);
  const seconds = durationSeconds / 2 / INTERVALS;
  const counts = Array.from({ length: INTERVALS }, () => 0);
  const samples: number[] = [];
  let next = 0;
  // Not counted: connections, and code that is compiled.
  for (let index = 0; index < PEERS; index += 1) await announce(urls[index] ?? '', agent);
  const start = elapsed();
  const end = start + (durationSeconds / 2) * 1_000;
  const one = async (): Promise<void> => {
    for (let began = elapsed(); began < end; began = elapsed()) {
      next = (next + 1) % urls.length;
      await announce(urls[next] ?? '', agent);
      const now = elapsed();
      samples.push(now - began);
      const interval = Math.floor((now - start) / 1_000 / seconds);
      if (interval < INTERVALS) counts[interval] = (counts[interval] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  agent.destroy();
  progress(`announces: ${variant}: ${samples.length} in ${durationSeconds / 2} s`);
  return { variant, samples, throughput: { variant, connections: CONNECTIONS, seconds, counts } };
}

function urlsOf({ address, passkey, infohashes }: AnnounceOptions): readonly string[] {
  return Array.from({ length: PEERS }, (_, peer) => {
    const infohash = infohashes[peer % infohashes.length] ?? new Uint8Array(20);
    const escaped = Array.from(infohash, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const id = `-AY0001-${String(peer).padStart(12, '0')}`;
    const numbers = `port=${10_000 + peer}&uploaded=0&downloaded=0&left=0&compact=1&numwant=50`;
    return `${address}/announce/${passkey}?info_hash=${escaped}&peer_id=${id}&${numbers}`;
  });
}

/** Refusals come with status 200: the body tells. */
async function announce(url: string, agent: Agent): Promise<void> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  let text = '';
  response.setEncoding('latin1');
  for await (const chunk of response) text += String(chunk);
  if (response.statusCode !== 200 || !text.startsWith('d8:complete')) {
    throw failed(`an announce was answered ${response.statusCode ?? 0}: ${text.slice(0, 200)}`);
  }
}
