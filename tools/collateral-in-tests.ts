import { openDatabase } from '@assay/store';
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
import { makeFolder } from './demo-folder.ts';

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
  const folder = await makeFolder();
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
      const db = await openDatabase<CollateralTables>({ file: folder.path('collateral.db') });
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
  const closing: (() => Promise<void>)[] = [() => folder[Symbol.asyncDispose]()];
  onTestFinished(async () => {
    for (const close of closing) await close();
  });
  return stage;
}
