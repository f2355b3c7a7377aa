import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIntelVendor, createPcsService, type IntelVendor, issuePck, type Pck } from '@assay/simulate';
import { openDatabase } from '@assay/store';
import { fromPem } from '@assay/verify';
import type { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { createCollateralApp } from '../packages/server/src/collateral/app.ts';
import type { CollateralTables } from '../packages/server/src/collateral/documents.ts';
import type { CollateralEvent } from '../packages/server/src/collateral/failures.ts';
import {
  type CollateralService,
  type CollateralServiceOptions,
  createCollateralService,
} from '../packages/server/src/collateral/service.ts';

/** A vendor's service as a fetch handler; a test changes it as it likes. */
export type Vendor = (request: Request) => Promise<Response>;

/** The vendors that stand behind a service. */
export interface Vendors {
  intel: Vendor;
  amd: Vendor;
}

/** A service in a test, with a clock that the test moves, and a store that outlives it. */
export interface Stage {
  readonly vendors: Vendors;
  /** Paths with queries that vendors were asked for, in order. */
  readonly requests: string[];
  readonly events: CollateralEvent[];
  /** The time of the service. */
  now: Date;
  /** Lets some time pass. */
  readonly pass: (milliseconds: number) => void;
  /** Starts the service on the store, again and again. */
  readonly start: (more?: Partial<CollateralServiceOptions>) => Promise<Started>;
  /** What is waited for, to be done at once by the test. */
  readonly timers: (() => void)[];
}

export interface Started {
  readonly service: CollateralService;
  readonly app: Hono;
}

/** Vendors that nobody reaches. */
export const away: Vendor = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
};

/** Where the vendors are, to the service. */
export const INTEL = 'https://pcs.example';
export const AMD = 'https://kds.example';

/** Sets a stage for one test. */
export async function collateralStage(now: Date, vendors: Vendors, roots: readonly Uint8Array[]): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-collateral-'));
  const timers: (() => void)[] = [];
  const stage: Stage = {
    vendors,
    requests: [],
    events: [],
    now,
    timers,
    pass: (milliseconds) => {
      stage.now = new Date(stage.now.getTime() + milliseconds);
    },
    start: async (more = {}) => {
      const db = await openDatabase<CollateralTables>({ file: join(folder, 'collateral.db') });
      const clock = (): Date => stage.now;
      const service = await createCollateralService({
        db,
        upstreams: {
          intel: { service: { origin: INTEL, path: '' } },
          amd: { service: { origin: AMD, path: '' } },
        },
        roots,
        clock,
        timer: (act) => {
          timers.push(act);
          return () => undefined;
        },
        sleep: async () => undefined,
        fetch: async (url) => {
          stage.requests.push(`${url.pathname}${url.search}`);
          return url.origin === INTEL ? vendors.intel(new Request(url)) : vendors.amd(new Request(url));
        },
        onEvent: (event) => void stage.events.push(event),
        ...more,
      });
      closing.unshift(async () => {
        await service.close();
        await db.close();
      });
      return { service, app: createCollateralApp({ service, clock, adminToken: () => 'the-token-of-the-admin' }) };
    },
  };
  const closing: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  onTestFinished(async () => {
    for (const close of closing) await close();
  });
  return stage;
}

/** The instant of a scene. */
export const NOW = new Date('2026-11-20T12:00:00Z');

/** Intel's stand-in, and a platform that it knows. */
export interface IntelScene {
  readonly vendor: IntelVendor;
  readonly pck: Pck;
  /** Path and query of the platform's TCB info for TDX. */
  readonly tcb: string;
  /** The same authorities at another time. */
  readonly at: (now: Date) => IntelVendor;
  readonly servedBy: (issuer: IntelVendor) => Vendor;
  readonly staged: () => Promise<Stage>;
}

/** Sets Intel's stand-in up, once for a suite. */
export async function intelScene(): Promise<IntelScene> {
  const vendor = await createIntelVendor({ seed: 'collateral service', now: NOW, baseUrl: INTEL });
  const pck = await issuePck(vendor);
  const servedBy = (issuer: IntelVendor): Vendor => createPcsService(issuer, { kind: 'pccs', platforms: [{ pck }] });
  return {
    vendor,
    pck,
    tcb: `/tdx/certification/v4/tcb?fmspc=${pck.platform.fmspc.toUpperCase()}`,
    at: (now) => ({ ...vendor, now }),
    servedBy,
    staged: () => collateralStage(NOW, { intel: servedBy(vendor), amd: away }, fromPem(vendor.rootPem, 'CERTIFICATE')),
  };
}

/** Status and code of a problem. */
export async function codeOf(answer: Response | Promise<Response>): Promise<readonly [number, unknown]> {
  const response = await answer;
  const { code } = (await response.json()) as { readonly code?: unknown };
  return [response.status, code];
}
