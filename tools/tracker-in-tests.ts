import { createSoftwareKeys, createTsmAttester } from '@assay/attest';
import { createMetrics } from '@assay/server';
import { createIntelVendor, createSoftwareTd, issueCollateral, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { fromPem, utf8 } from '@assay/verify/codec';
import { endorsementsFromDirectory } from '@assay/verify/endorsements';
import { trackerConfig } from '../apps/tracker/src/config.ts';
import { startTracker } from '../apps/tracker/src/service.ts';
import { lookForTee, type TeePlatform } from '../apps/tracker/src/tee/platform.ts';
import { createTorrents, type Torrents } from '../apps/tracker/src/torrents/torrents.ts';

/** A tracker on a port of its own, whose clock stands. */
export interface ServedTracker {
  readonly origin: string;
  /** A quote of its machine, be it used or not. */
  readonly quote: (reportData: Uint8Array) => Promise<Uint8Array>;
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

/** Of the operator. */
export const TOKEN = 'an-operator-of-tests';

const now = new Date('2026-11-20T12:00:00Z');

/** Where a tracker runs, and what it tracks. */
interface Surroundings {
  /** Default true: a machine in software. */
  readonly tee?: boolean;
  /** Another machine. */
  readonly machine?: TeePlatform;
  readonly torrents?: Torrents;
}

/** What a tracker finds on hardware, as far as it is known before a quote is asked for. */
export function hardMachine(simulated: boolean | null): TeePlatform {
  const attester = createTsmAttester({ path: '/nowhere' });
  return { attester, keys: undefined, looked: [], simulated, releases: undefined };
}

/** Serves a tracker on a machine in software, or outside of a TEE. */
export async function served(
  config: Readonly<Record<string, unknown>>,
  { tee = true, torrents = createTorrents(), machine }: Surroundings = {},
): Promise<ServedTracker> {
  const vendor = await createIntelVendor({ seed: 'a tracker', now });
  const pck = await issuePck(vendor);
  const td = createSoftwareTd(vendor, { pck });
  const files = Object.entries(await issueCollateral(vendor, pck, { tee: 'tdx' }));
  const bytes = files.map(([name, file]) => [name, typeof file === 'string' ? utf8(file) : file] as const);
  const endorsements = endorsementsFromDirectory(Object.fromEntries(bytes));
  const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(3);
  const attesters = tee ? [createSoftwareAttester(td)] : [];
  const platform = await lookForTee({ attesters, environment: {}, random });
  const keys = { ...createSoftwareKeys({ secret: random(32) }), name: 'dstack' } as const;
  const place = { host: '127.0.0.1', port: 0, udpPort: 'off', adminToken: TOKEN };
  const lines: string[] = [];
  const tracker = await startTracker({
    config: trackerConfig.parse({ ...place, peerRate: 100_000, ...config }),
    platform: machine ?? (tee ? { ...platform, keys } : platform),
    policy: platform.releases === undefined ? {} : { releases: platform.releases },
    ...{ roots, torrents, metrics: createMetrics(), clock: () => now },
    endorsementsFor: async () => endorsements,
    material: random(32),
    version: '1.0.0',
    log: { write: (line) => void lines.push(line) },
    report: (message) => void lines.push(message),
  });
  return {
    origin: tracker.http,
    quote: td.quote,
    log: () => lines.join(''),
    close: async () => tracker[Symbol.asyncDispose](),
  };
}
