import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort } from '../tools/free-port.ts';
import { growthRows } from './announce-growth.ts';
import { ANNOUNCED, announcePaths, connectionEach, keptAlive } from './announce-load.ts';
import type { Load } from './load.ts';
import { ratioOfTimes } from './ratio.ts';
import { announce, type Row } from './row.ts';

const CONNECTIONS = 16;
const ROUNDS = 30;
const ANNOUNCES = 1_500;
const OPENTRACKER = '/usr/bin/opentracker';

/** A tracker under load; `worked` is the time that its process worked, in microseconds, all its threads together. */
interface Loaded {
  readonly load: Load;
  readonly paths: () => string;
  readonly worked: () => Promise<number>;
}

/**
 * Announces over HTTP, 500 peers of 10 torrents. Each tracker has a process of its own, and what counts is the time that
 * this process worked: the announces of one core, whatever else the machine does.
 */
export async function announceRows(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const ended: (() => void)[] = [];
  try {
    const ours = await forked('ours', ended);
    const theirs = await forked('theirs', ended);
    for (const [what, open] of [
      ['keep-alive', keptAlive],
      ['connections', connectionEach],
    ] as const) {
      rows.push(await compare(what, 'bittorrent-tracker', 1.3, await loaded(theirs, open), await loaded(ours, open)));
    }
    if (existsSync(OPENTRACKER)) {
      const foreign = await opentracker(ended);
      const [a, b] = [await loaded(foreign, connectionEach), await loaded(ours, connectionEach)];
      rows.push(await compare('connections', 'opentracker (C)', 0.6, a, b));
    }
  } finally {
    for (const end of ended) end();
  }
  return [...rows, ...(await growthRows())];
}

interface Served {
  readonly address: string;
  readonly worked: () => Promise<number>;
}

async function loaded({ address, worked }: Served, open: typeof keptAlive): Promise<Loaded> {
  const load = await open(address, CONNECTIONS);
  const paths = announcePaths(50);
  // Until the engine has compiled what it will compile, and all peers are there.
  await load.run(paths, 8 * ANNOUNCES);
  return { load, paths, worked };
}

async function compare(what: string, against: string, goal: number, yardstick: Loaded, subject: Loaded): Promise<Row> {
  announce('http', what, against);
  const [a, b]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    a.push(await timeOf(yardstick));
    b.push(await timeOf(subject));
  }
  yardstick.load.close();
  subject.load.close();
  return { sample: 'http', what, against, goal, ...ratioOfTimes(a, b) };
}

/** Microseconds that a tracker worked for an announce. */
async function timeOf({ load, paths, worked }: Loaded): Promise<number> {
  const start = await worked();
  const last = await load.run(paths, ANNOUNCES);
  // A refusal is a 200, too.
  if (!last.includes('5:peers')) throw new Error(`expected peers, found ${last}`);
  return ((await worked()) - start) / ANNOUNCES;
}

async function forked(which: 'ours' | 'theirs', ended: (() => void)[]): Promise<Served> {
  const child = fork(new URL('announced.ts', import.meta.url), [which], { execArgv: process.execArgv });
  ended.push(() => child.disconnect());
  const { address } = (await said(child)) as { readonly address: string };
  return {
    address,
    async worked() {
      child.send('time');
      return ((await said(child)) as { readonly microseconds: number }).microseconds;
    },
  };
}

/** What a tracker says next. Throws when it ends instead. */
async function said(child: ChildProcess): Promise<unknown> {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort(new Error('the tracker ended'));
  child.once('exit', stop);
  try {
    const [message] = (await once(child, 'message', { signal: stopped.signal })) as readonly unknown[];
    return message;
  } finally {
    child.off('exit', stop);
  }
}

/** Debian's opentracker, which tracks the torrents that its whitelist names. */
async function opentracker(ended: (() => void)[]): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-opentracker-'));
  const port = await freePort();
  await writeFile(join(folder, 'whitelist'), `${ANNOUNCED.join('\n')}\n`, { mode: 0o644 });
  await chmod(folder, 0o755);
  const child = spawn(OPENTRACKER, ['-i', '127.0.0.1', '-p', `${port}`, '-d', folder, '-w', 'whitelist'], {
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  ended.push(() => {
    child.kill();
    void rm(folder, { recursive: true });
  });
  await answering(port);
  return {
    address: `http://127.0.0.1:${port}`,
    async worked() {
      const threads = await readdir(`/proc/${child.pid}/task`);
      const texts = await Promise.all(
        threads.map((thread) => readFile(`/proc/${child.pid}/task/${thread}/schedstat`, 'latin1')),
      );
      // Nanoseconds that each thread ran.
      return texts.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1_000, 0);
    },
  };
}

/** Waits until somebody listens there. Throws after some seconds. */
async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const reached = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (reached) return;
    await after(50);
  }
  throw new Error('opentracker does not listen');
}
