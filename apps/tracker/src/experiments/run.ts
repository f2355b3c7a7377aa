import { join } from 'node:path';
import { createMetrics } from '@assay/server';
import type { Policy } from '@assay/verify';
import { createMemory } from '@assay/verify/memory';
import { epochAt } from '../announce/gate.ts';
import { blsKeyPair } from '../bls/key.ts';
import { trackerConfig } from '../config.ts';
import { createTrackerClient } from '../peer/tracker-client.ts';
import { startTracker } from '../service.ts';
import { createPayloadJudge, type PayloadJudgeOptions } from '../tee/judge.ts';
import { TEEManager } from '../tee/manager.ts';
import { TEEMode } from '../tee/mode.ts';
import type { TeePlatform } from '../tee/platform.ts';
import type { Torrent } from '../torrents/torrent.ts';
import { createTorrents } from '../torrents/torrents.ts';
import { measureAnnounces } from './announces.ts';
import { createCall } from './client.ts';
import { createSampler, type Measurement, type Throughput } from './measurement.ts';
import { measureReceipts } from './receipts.ts';
import { measureRegistration, registerUser } from './registration.ts';
import { measureReports } from './reports.ts';
import { measureTee } from './tee.ts';

/** What experiments are made with. */
export interface ExperimentOptions {
  /** Rounds of each kind of work. */
  readonly iterations: number;
  /** Seconds of announces. */
  readonly durationSeconds: number;
  /** An empty folder for the tracker's database, which is left there. */
  readonly folder: string;
  /** A TEE whose evidence is simulated, and what its quotes are judged by. */
  readonly tee: {
    readonly platform: TeePlatform;
    readonly policy: Policy;
    readonly roots: readonly Uint8Array[];
    readonly endorsementsFor: PayloadJudgeOptions['endorsementsFor'];
  };
  readonly version: string;
  readonly progress: (line: string) => void;
  readonly clock: () => Date;
  readonly random: (length: number) => Uint8Array;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsed: () => number;
}

/** What came of them. */
export interface Experiments {
  readonly measurements: readonly Measurement[];
  readonly throughput: readonly Throughput[];
}

const INSTANCE = 'experiments';
const EPOCH_SECONDS = 3_600;
const PIECE = 16_384;
const TORRENTS = 10;

/** Runs all experiments, on a tracker in this very process. Throws when any request is not answered with success. */
export async function runExperiments(options: ExperimentOptions): Promise<Experiments> {
  const { iterations, tee, clock, random, elapsed, progress } = options;
  const sample = createSampler(elapsed, progress);
  const judge = createPayloadJudge({ ...tee, clock, allowSimulated: true, memory: createMemory(clock) });
  const manager = new TEEManager({ mode: TEEMode.BENCHMARK, platform: tee.platform, judge, clock, random, elapsed });
  const crypto = [
    ...(await measureTee(manager, iterations, sample)),
    ...(await measureReceipts(iterations, random, sample)),
  ];
  const torrents = torrentsOf(random);
  await using tracker = await startExperimentsTracker(options, torrents);
  const call = createCall(tracker.http);
  const registration = await measureRegistration(call, INSTANCE, iterations, sample);
  const infohashes = torrents.map(({ infohash }) => infohash);
  const reports = await measureReports(
    {
      ...{ call, instanceId: INSTANCE, pieceLength: PIECE, random },
      client: createTrackerClient(tracker.http),
      infohash: infohashes[0] ?? new Uint8Array(20),
      epoch: () => epochAt(Math.floor(clock().getTime() / 1000), EPOCH_SECONDS),
    },
    iterations,
    sample,
  );
  const passkey = await registerUser(call, 'announcer', INSTANCE, blsKeyPair(random(32)).secretKey);
  const announces = await measureAnnounces({ ...options, address: tracker.http, passkey, infohashes });
  const measurements = [...crypto, ...registration, ...reports, ...announces.measurements];
  return { measurements, throughput: announces.throughput };
}

/** Torrents with pieces for all receipts that there may be. */
function torrentsOf(random: (length: number) => Uint8Array): readonly (Torrent & { readonly infohash: Uint8Array })[] {
  return Array.from({ length: TORRENTS }, (_, index) => ({
    ...{ infohash: random(20), infohashV2: undefined, name: `torrent ${index}`, private: true },
    ...{ pieceLength: PIECE, spans: [PIECE * 2 ** 28] },
  }));
}

function startExperimentsTracker(options: ExperimentOptions, list: readonly Torrent[]) {
  const { tee, folder, version, clock, random, progress } = options;
  const torrents = createTorrents();
  for (const torrent of list) torrents.add(torrent);
  return startTracker({
    config: trackerConfig.parse({
      ...{ host: '127.0.0.1', port: 0, udpPort: 'off', instanceId: INSTANCE, epochSeconds: EPOCH_SECONDS },
      ...{ database: join(folder, 'tracker.db'), dev: true, teeMode: TEEMode.BENCHMARK, minRatio: 0 },
      ...{ peerRate: 1_000_000, rootCa: '(given)', allowSimulated: true },
    }),
    ...tee,
    ...{ material: random(32), torrents, version, clock },
    log: { write: () => undefined },
    report: progress,
    metrics: createMetrics(),
  });
}
