import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { newInstance } from '@assay/attest';
import {
  addGauges,
  appListener,
  createDocsApp,
  type Hono,
  mounted,
  SERVICE_RATE,
  type ServeOptions,
  type ServiceMetrics,
} from '@assay/server';
import { openDatabase } from '@assay/store';
import { AssayError, type Policy } from '@assay/verify';
import { fromBase64 } from '@assay/verify/codec';
import { createMemory } from '@assay/verify/memory';
import { createTracker } from './announce/announce.ts';
import { ANNOUNCE_LIMITS } from './announce/limits.ts';
import { createAccess } from './api/access.ts';
import { createTrackerApp } from './api/app.ts';
import { API_LIMITS } from './api/limits.ts';
import type { SwarmTotals } from './api/parts.ts';
import { trackerPaths } from './api/paths.ts';
import type { Settings } from './api/settings.ts';
import { deriveBytes, deriveEd25519Key } from './bls/derive.ts';
import type { TrackerConfig } from './config.ts';
import { createTrackerServer } from './http/server.ts';
import type { Accounting } from './ledger/accounting.ts';
import { openAccounting } from './ledger/open.ts';
import type { TrackerDatabase, TrackerSchema } from './ledger/schema.ts';
import { ledgerKey } from './ledger/signed.ts';
import { createRandom } from './swarm/sample.ts';
import { createSwarms } from './swarm/swarms.ts';
import { createPayloadJudge, type PayloadJudgeOptions } from './tee/judge.ts';
import { TEEManager } from './tee/manager.ts';
import { createPeerJudge } from './tee/peer-judge.ts';
import type { TeePlatform } from './tee/platform.ts';
import type { Torrents } from './torrents/torrents.ts';
import { serveUdp } from './udp/server.ts';

/** What a tracker runs on. */
export interface TrackerServiceOptions {
  readonly config: TrackerConfig;
  readonly platform: TeePlatform;
  /** Of quotes. */
  readonly policy: Policy;
  readonly roots: readonly Uint8Array[];
  readonly endorsementsFor: PayloadJudgeOptions['endorsementsFor'];
  /** What its own keys are derived from: 32 secret bytes. */
  readonly material: Uint8Array;
  readonly torrents: Torrents;
  readonly version: string;
  readonly log: ServeOptions['log'];
  readonly report: (message: string) => void;
  readonly metrics: ServiceMetrics;
  /** Pages beside its calls. */
  readonly pages?: readonly Hono[];
  readonly clock: () => Date;
}

/** A tracker that runs; `await using` ends it. */
export interface TrackerService extends AsyncDisposable {
  readonly instanceId: string;
  /** `http://HOST:PORT` */
  readonly http: string;
  /** Undefined where UDP is off. */
  readonly udp: string | undefined;
}

/** Milliseconds between two rounds of writing what announces left in memory. */
const REFRESH_MS = 5_000;
/** Milliseconds that requests under way get once it closes: a service manager waits for ten seconds. */
const CLOSE_MS = 8_000;
const ABOUT =
  'A BitTorrent tracker whose ledger nobody can mint in alone. Announces are at `/announce/PASSKEY`, scrapes at `/scrape/PASSKEY`.';

/** Starts a tracker: HTTP and UDP, accounts and ledger. Throws `usage`, also for `dev` in a TEE, and `unavailable`. */
export async function startTracker(options: TrackerServiceOptions): Promise<TrackerService> {
  const { config, platform, clock } = options;
  expectNoDevInTee(config, platform);
  const manager = new TEEManager({
    mode: config.teeMode,
    platform,
    judge: createPayloadJudge({ ...options, allowSimulated: config.allowSimulated, memory: createMemory(clock) }),
    clock,
  });
  const closing: Closing = [];
  try {
    const { database, databaseUrl, durability } = config;
    const place = databaseUrl === undefined ? { file: database, durability } : { url: databaseUrl };
    const db = await openDatabase<TrackerSchema>(place);
    closing.push(() => db.close());
    const settings: Settings = { minRatio: config.minRatio };
    const { accounting, instanceId } = await openAccounts(db, settings, options);
    closing.push(() => accounting.close());
    const refreshing = setInterval(() => void refresh(accounting, options.report), REFRESH_MS).unref();
    closing.push(async () => clearInterval(refreshing));
    const served = await serve({ ...options, manager, accounting, settings, instanceId }, closing);
    return { instanceId, ...served, [Symbol.asyncDispose]: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}

/** What ends a tracker, the last thing first. */
type Closing = (() => Promise<void>)[];

async function closeAll(closing: Closing): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

interface Running extends TrackerServiceOptions {
  readonly manager: TEEManager;
  readonly accounting: Accounting;
  readonly settings: Settings;
  readonly instanceId: string;
}

async function serve(running: Running, closing: Closing): Promise<Pick<TrackerService, 'http' | 'udp'>> {
  const { config, accounting, torrents, clock, metrics } = running;
  const { host, port, epochSeconds } = config;
  const seed = new Int32Array(new Uint8Array(randomBytes(24)).buffer);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = seed;
  const swarms = createSwarms({ key: [a, b], random: createRandom([c, d, e, f]) });
  let announces = 0;
  const tracker = createTracker({
    gate: {
      ...accounting.gate,
      announced: (announced) => {
        announces += 1;
        accounting.gate.announced(announced);
      },
      torrent: (infohash) => (torrents.find(infohash) === undefined ? undefined : { allowed: true }),
    },
    swarms,
    clock,
    epochSeconds,
    limits: { wanted: config.maxPeers, mostWanted: Math.max(config.maxPeers, ANNOUNCE_LIMITS.mostWanted) },
  });
  const counts = (): SwarmTotals => ({
    torrents: swarms.size(),
    peers: swarms.peers.count,
    seeds: swarms.peers.seeds,
    announces,
  });
  addGauges(metrics, [
    { name: 'assay_tracker_swarms', help: 'Swarms with peers', value: () => counts().torrents },
    { name: 'assay_tracker_peers', help: 'Peers', value: () => counts().peers },
    { name: 'assay_tracker_users', help: 'Registered users', value: () => accounting.statistics().users },
    { name: 'assay_tracker_ledger_entries', help: 'Entries', value: () => accounting.statistics().entries },
  ]);
  const listener = appListener(appOf(running, counts), {
    ...{ log: running.log, metrics, now: clock },
    limits: { bodyBytes: API_LIMITS.body },
    rate: { ...SERVICE_RATE, burst: 2 * config.peerRate, perSecond: config.peerRate },
  });
  const http = await openAt('--port', () =>
    createTrackerServer({
      ...{ tracker, host, port, clock, fallback: listener, trackerId: running.instanceId },
      trustedProxies: config.trustedProxies,
      limits: { closeMs: CLOSE_MS },
    }),
  );
  closing.push(http.close);
  if (config.udpPort === 'off') return { http: http.address, udp: undefined };
  const udpPort = config.udpPort ?? Number(new URL(http.address).port || 80);
  const udp = await openAt('--udp-port', () => serveUdp({ tracker, host, port: udpPort, clock }));
  closing.push(udp.close);
  return { http: http.address, udp: `udp://${new URL(http.address).hostname}:${udp.port}` };
}

function appOf(running: Running, swarms: () => SwarmTotals): Hono {
  const { config, version, clock, pages = [] } = running;
  const { adminToken, dev, pccsUrls, epochSeconds, maxPeers, maxUsers } = config;
  const access = createAccess({ adminToken: () => adminToken, dev });
  const parts = { ...running, access, pccsUrls, maxUsers, swarms, instance: newInstance(), clock };
  const docs = createDocsApp({ title: 'Assay tracker', version, description: ABOUT, paths: trackerPaths });
  return mounted([createTrackerApp(parts, { epochSeconds, maxPeers }), docs, ...pages]);
}

async function openAccounts(
  db: TrackerDatabase,
  settings: Settings,
  options: TrackerServiceOptions,
): Promise<{ readonly accounting: Accounting; readonly instanceId: string }> {
  const { config, material, torrents, clock } = options;
  const imports = Object.fromEntries(
    Object.entries(config.imports).map(([tracker, { key }]) => [tracker, { publicKey: importedKey(tracker, key) }]),
  );
  const signingKey = deriveEd25519Key(material, { purpose: 'ledger', label: 'signing' });
  const digest = createHash('sha256')
    .update(createPublicKey(signingKey).export({ format: 'der', type: 'spki' }))
    .digest('hex');
  const { instanceId = `tracker-${digest.slice(0, 16)}`, epochSeconds, grant } = config;
  const accounting = await openAccounting({
    ...{ db, instanceId, signingKey, epochSeconds, grant },
    imports,
    attested: createPeerJudge(
      { ...options, allowSimulated: config.allowSimulated },
      (tracker) => imports[tracker]?.publicKey,
    ),
    minRatio: () => settings.minRatio,
    passkeySecret: deriveBytes(material, { purpose: 'passkeys', label: '1' }),
    now: () => Math.floor(clock().getTime() / 1000),
    torrent: torrents.find,
  });
  return { accounting, instanceId };
}

/** The key of another tracker's ledger, which is looked at before anybody brings credit. */
function importedKey(tracker: string, key: string): Uint8Array {
  const publicKey = fromBase64(key, 'imports');
  try {
    ledgerKey(publicKey);
    return publicKey;
  } catch (cause) {
    const field = `imports.${tracker}.key`;
    const message = `${field}: no Ed25519 key as DER SubjectPublicKeyInfo in base64; take ledger_key of that tracker's /config`;
    throw new AssayError('usage', message, { field }, { cause });
  }
}

async function refresh(accounting: Accounting, report: (message: string) => void): Promise<void> {
  try {
    await accounting.refresh();
  } catch (error) {
    report(`announces stay in memory for now: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whoever is on the machine of a TEE is not in the TEE: the host must not be taken for the operator. */
function expectNoDevInTee({ dev }: TrackerConfig, { attester, simulated }: TeePlatform): void {
  if (!dev || attester === undefined || simulated === true) return;
  const message = `--dev: this is a TEE (${attester.name}), where keys are not for whoever is on the machine; use --admin-token-file`;
  throw new AssayError('usage', message, { field: '--dev' });
}

async function openAt<T>(field: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof AssayError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AssayError('usage', `${field}: ${reason}; choose another place`, { field });
  }
}
