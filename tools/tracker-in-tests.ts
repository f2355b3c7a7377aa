import { createSoftwareKeys } from '@assay/attest';
import { createMetrics } from '@assay/server';
import { createIntelVendor, createSoftwareTd, issuePck } from '@assay/simulate';
import { createSoftwareAttester } from '@assay/simulate/node';
import { fromPem } from '@assay/verify/codec';
import { trackerConfig } from '../apps/tracker/src/config.ts';
import { startTracker } from '../apps/tracker/src/service.ts';
import { lookForTee } from '../apps/tracker/src/tee/platform.ts';
import { createTorrents } from '../apps/tracker/src/torrents/torrents.ts';

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

/** Serves a tracker on a machine in software, or outside of a TEE. */
export async function served(
  config: Readonly<Record<string, unknown>>,
  { tee = true }: { readonly tee?: boolean } = {},
): Promise<ServedTracker> {
  const vendor = await createIntelVendor({ seed: 'a tracker', now });
  const td = createSoftwareTd(vendor, { pck: await issuePck(vendor) });
  const roots = fromPem(vendor.rootPem, 'CERTIFICATE');
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(3);
  const attesters = tee ? [createSoftwareAttester(td)] : [];
  const platform = await lookForTee({ attesters, environment: {}, roots, random });
  const keys = { ...createSoftwareKeys({ secret: random(32) }), name: 'dstack' } as const;
  const place = { host: '127.0.0.1', port: 0, udpPort: 'off', adminToken: TOKEN };
  const lines: string[] = [];
  const tracker = await startTracker({
    config: trackerConfig.parse({ ...place, peerRate: 100_000, ...config }),
    platform: tee ? { ...platform, keys } : platform,
    policy: platform.releases === undefined ? {} : { releases: platform.releases },
    ...{ roots, torrents: createTorrents(), metrics: createMetrics(), clock: () => now },
    endorsementsFor: async () => undefined,
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
