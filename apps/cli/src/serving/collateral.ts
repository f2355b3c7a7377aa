import { setTimeout as sleep } from 'node:timers/promises';
import {
  COLLATERAL_HEADERS,
  type CollateralConfig,
  type CollateralEvent,
  collateralMeter,
  collateralPaths,
  createCollateralApp,
  createDocsApp,
  createFrontDoor,
  importOfflineSet,
  mounted,
  openCollateralService,
  parseAddress,
  parseEndpoint,
  publicCors,
  type Upstreams,
} from '@assay/server';
import { readText } from '../files.ts';
import type { Io } from '../io.ts';
import { printable } from '../table/style.ts';
import { readCertificates } from '../values.ts';
import { version } from '../version.ts';
import { EXPLORER_PATH } from './explorer.ts';
import { metricsPlace, type Service } from './service.ts';
import { bearerOf } from './token-file.ts';

/** A collateral service with what it has open. */
export interface OpenCollateral extends AsyncDisposable {
  readonly service: Service;
}

const ABOUT =
  "Intel's and AMD's endorsements as a PCCS and AMD's key distribution service answer them: checked, kept, and renewed in time.";

/** Opens the database, takes an exported set in, and makes the service. Throws `usage`, `malformed` and `unavailable`. */
export async function openCollateral(config: CollateralConfig, io: Io): Promise<OpenCollateral> {
  const {
    host,
    port,
    database = '',
    databaseUrl,
    durability,
    rootCa,
    tokenFile,
    maxDocuments,
    missesPerMinute,
  } = config;
  const report = (message: string): void => io.stderr(`assay: serve: ${printable(message)}\n`);
  let count = (_: CollateralEvent): void => undefined;
  const collateral = await openCollateralService({
    place: databaseUrl === undefined ? { file: database, durability } : { url: databaseUrl },
    upstreams: upstreamsOf(config),
    roots: rootCa === undefined ? [] : await readCertificates(rootCa, io, '--root-ca'),
    clock: io.now,
    timer: (act, milliseconds) => {
      const timer = setTimeout(act, milliseconds).unref();
      return () => clearTimeout(timer);
    },
    sleep: async (milliseconds) => void (await sleep(milliseconds, undefined, { ref: false })),
    ...{ maxDocuments, missesPerMinute },
    onEvent: (event) => {
      count(event);
      // What vendors do not have, strangers ask for all day.
      const usual = event.event === 'fetched' || ['not_found', 'collateral_gone'].includes(event.reason);
      if (!usual) report(`${event.event} (${event.reason}): ${nameless(event.target)}`);
    },
  });
  try {
    if (config.import !== undefined) {
      const { kept, refused } = await importOfflineSet(await readText(config.import, io, '--import'), collateral);
      for (const { why } of refused) report(`--import: refused: ${why}`);
      report(`--import: ${kept} documents kept, ${refused.length} refused`);
    }
    const adminToken = tokenFile === undefined ? undefined : bearerOf(tokenFile, report);
    const docs = createDocsApp({
      title: 'Assay collateral',
      version: version(),
      description: ABOUT,
      paths: collateralPaths,
    });
    const app = mounted([
      createFrontDoor(`${EXPLORER_PATH}/`),
      createCollateralApp({ service: collateral, clock: io.now, adminToken }),
      docs,
    ]);
    const outer = publicCors({ expose: COLLATERAL_HEADERS });
    return {
      service: {
        listening: [{ name: 'collateral', app, place: { host, port }, outer, field: '--port' }],
        metrics: metricsPlace(config, port),
        measure: (metrics) => {
          count = collateralMeter(metrics, collateral);
        },
      },
      [Symbol.asyncDispose]: () => collateral.close(),
    };
  } catch (error) {
    await collateral.close();
    throw error;
  }
}

/** Vendors' services; `off` is none. */
function upstreamsOf({ pcs, rootCrl, kds }: CollateralConfig): Upstreams {
  const list = rootCrl === undefined ? {} : { rootCrl: parseAddress(rootCrl, '--root-crl') };
  return {
    ...(pcs !== 'off' && { intel: { service: parseEndpoint(pcs, '--pcs'), ...list } }),
    ...(kds !== 'off' && { amd: { service: parseEndpoint(kds, '--kds') } }),
  };
}

/** A document's name without the ids of machines: they do not belong into logs. */
function nameless(target: string): string {
  return target.replace(/[0-9a-f]{16,}/gi, '…');
}
