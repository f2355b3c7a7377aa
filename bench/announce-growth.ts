import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Ratio } from './ratio.ts';
import { announce, type Row } from './row.ts';

interface Grown {
  readonly peers: number;
  readonly swarms: number;
  /** Bytes that the process holds. */
  readonly rss: number;
  readonly inSwarms: Ratio;
  readonly inOne: Ratio;
}

const GIB = 2 ** 30;

/** What many peers cost: memory, and the time of an announce beside one among few. */
export async function growthRows(): Promise<readonly Row[]> {
  announce('grown', '1,000,000 peers in 100,000 swarms', '1 GiB');
  const child = fork(new URL('announce-grown.ts', import.meta.url), { execArgv: process.execArgv });
  const ended = new AbortController();
  child.once('exit', () => ended.abort(new Error('the tracker ended')));
  const [message] = (await once(child, 'message', { signal: ended.signal })) as readonly unknown[];
  child.disconnect();
  const { peers, swarms, rss, inSwarms, inOne } = message as Grown;
  if (peers !== 1_000_000 || swarms !== 100_000) throw new Error(`found ${peers} peers in ${swarms} swarms`);
  const memory = GIB / rss;
  const what = `${Math.round(rss / 2 ** 20)} MiB in all`;
  return [
    { sample: 'grown', what, against: '1 GiB, 1,000,000 peers', goal: 1, ratio: memory, low: memory, high: memory },
    // Only the caches of the processor tell them apart.
    { sample: 'grown', what: '100,000 swarms', against: '10,000 swarms', goal: 0.5, ...inSwarms },
    { sample: 'grown', what: '250,000 peers', against: '25,000 peers of one swarm', goal: 0.3, ...inOne },
  ];
}
