import { randomBytes } from 'node:crypto';
import {
  createFrontDoor,
  createMetrics,
  createMetricsApp,
  type Hono,
  type ServicePlace,
  serveApp,
} from '@assay/server';
import {
  createTorrents,
  lookForTee,
  referencePolicy,
  secretOf,
  startTracker,
  type TeePlatform,
  type Torrents,
  type TrackerConfig,
  type TrackerServiceOptions,
  torrentsOfFolder,
} from '@assay/tracker';
import type { RawEndorsements } from '@assay/verify';
import { attestersHere } from '../attesters.ts';
import { usage } from '../failure.ts';
import { fileError } from '../files.ts';
import type { Io } from '../io.ts';
import { readPolicy } from '../policy-options.ts';
import { readCertificates } from '../values.ts';
import { version } from '../version.ts';
import { endorsementsFrom } from './endorsements-from.ts';
import { createExplorerApp, EXPLORER_PATH } from './explorer.ts';
import { metricsPlace, type Reachable } from './service.ts';

/** A tracker that runs; `await using` ends it. */
export interface OpenTracker extends AsyncDisposable {
  readonly reachable: readonly Reachable[];
  /** The attester whose evidence it shows; undefined outside of a TEE. */
  readonly evidence: string | undefined;
}

/** Milliseconds that requests of metrics get once it closes. */
const CLOSE_MS = 1_000;

/** Starts a tracker with its metrics. Throws `usage` and `unavailable`. */
export async function openTracker(config: TrackerConfig, io: Io): Promise<OpenTracker> {
  const report = (message: string): void => io.stderr(`assay: tracker: ${message}\n`);
  const place = metricsPlace(config, config.port);
  const roots = config.rootCa === undefined ? [] : await readCertificates(config.rootCa, io, '--root-ca');
  const platform = await lookForTee({
    attesters: attestersHere(config.from, io),
    environment: io.env,
    random: randomBytes,
  });
  const metrics = createMetrics();
  const torrents = await torrentsOf(config);
  const { material, from } = await materialOf(config, platform);
  const tracker = await startTracker({
    ...{ config, platform, roots, metrics, report },
    policy: await policyOf(config, platform, io),
    endorsementsFor: endorsementsOfList(config, io, report),
    ...{ material, torrents },
    version: version(),
    pages: [createFrontDoor(`${EXPLORER_PATH}/#tracker`), createExplorerApp()],
    log: { write: io.stderr },
    clock: io.now,
  });
  report(`this is ${tracker.instanceId}; endorsements come from ${config.pccsUrls.join(', ')}, and from nowhere else`);
  const tracked = torrents.size() || 'none, so that announces are refused; give --torrents';
  report(`keys come from ${from}; torrents that are tracked: ${tracked}`);
  const reachable = [{ name: 'tracker', at: tracker.http }];
  if (tracker.udp !== undefined) reachable.push({ name: 'udp', at: tracker.udp });
  try {
    const served = place && (await servePrivately(createMetricsApp(metrics), place, io));
    if (served !== undefined) reachable.push({ name: 'metrics', at: `${served.address}/metrics` });
    const close = async (): Promise<void> => {
      await Promise.all([tracker[Symbol.asyncDispose](), served?.close()]);
    };
    return { reachable, evidence: platform.attester?.name, [Symbol.asyncDispose]: close };
  } catch (error) {
    await tracker[Symbol.asyncDispose]();
    throw error;
  }
}

async function servePrivately(app: Hono, place: ServicePlace, io: Io) {
  try {
    return await serveApp(app, { place, log: { write: io.stderr }, now: io.now, limits: { closeMs: CLOSE_MS } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usage(`--metrics-port: ${reason}; choose another place`, '--metrics-port');
  }
}

async function policyOf(config: TrackerConfig, { releases }: TeePlatform, io: Io) {
  const { policy, expectedMrtd: mrtd, expectedRtmr1: rtmr1, expectedRtmr2: rtmr2, expectedRtmr3: rtmr3 } = config;
  const given = policy === undefined ? undefined : await readPolicy(policy, io);
  return referencePolicy({ policy: given, expected: { mrtd, rtmr1, rtmr2, rtmr3 }, own: releases });
}

/** Keys of the TEE where it is used; else those of a file, which must not be lost. */
async function materialOf(
  { teeMode, keyFile }: TrackerConfig,
  { keys }: TeePlatform,
): Promise<{ readonly material: Uint8Array; readonly from: string }> {
  if (teeMode === 'disabled' || keys === undefined) {
    return { material: await secretOf(keyFile, '--key-file'), from: `the file ${keyFile}, which must not be lost` };
  }
  return { material: (await keys.derive('tracker/keys')).key, from: `the TEE (${keys.name})` };
}

/** Endorsements by the service that is asked for, of those on the list; the first is the usual one. */
function endorsementsOfList(
  { pccsUrls }: TrackerConfig,
  io: Io,
  report: (message: string) => void,
): TrackerServiceOptions['endorsementsFor'] {
  const services = new Map(pccsUrls.map((url) => [url, endorsementsFrom(url, io.now, report)]));
  const [usual = ''] = pccsUrls;
  return async (evidence, from = usual): Promise<RawEndorsements | undefined> => services.get(from)?.(evidence);
}

async function torrentsOf({ torrents: folder }: TrackerConfig): Promise<Torrents> {
  const torrents = createTorrents();
  if (folder === undefined) return torrents;
  try {
    for (const torrent of await torrentsOfFolder(folder)) torrents.add(torrent);
    return torrents;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw fileError(error, folder, '--torrents');
    throw error;
  }
}
