import { chmod, chown } from 'node:fs/promises';
import {
  createMetrics,
  createMetricsApp,
  type Hono,
  type RateLimit,
  type ServedApp,
  type ServeOptions,
  type ServiceLimits,
  type ServiceMetrics,
  type ServicePlace,
  serveApp,
} from '@assay/server';
import { usage } from '../failure.ts';
import type { Io } from '../io.ts';

/** An app, and where it is to be reached. */
export interface Listening {
  /** What it is to those who start it. */
  readonly name: string;
  readonly app: Hono;
  readonly place: ServicePlace;
  /** Of a Unix socket: the id of the group that may open it, too. */
  readonly group?: number | undefined;
  readonly tls?: ServeOptions['tls'] | undefined;
  readonly outer?: ServeOptions['outer'];
  /** The option that names its place. */
  readonly field: string;
}

/** Everything that a command serves. */
export interface Service {
  readonly listening: readonly Listening[];
  readonly limits?: Partial<ServiceLimits> | undefined;
  /** How often one peer may ask. */
  readonly rate?: RateLimit | undefined;
  /** Where its metrics are to be had. */
  readonly metrics: ServicePlace | undefined;
  /** Is given the service's metrics, to add its own. */
  readonly measure?: ((metrics: ServiceMetrics) => void) | undefined;
  /** Ends what goes on beside requests. */
  readonly close?: (() => void) | undefined;
}

/** Something that listens now. */
export interface Reachable {
  readonly name: string;
  /** Address, or path of a socket. */
  readonly at: string;
}

/** Milliseconds that requests under way get once a service closes: a service manager waits for ten seconds. */
const CLOSE_MS = 9_000;

/** Serves everything, does the work, and closes everything. Throws `usage`, naming the option, for a place that is taken. */
export async function withService<T>(
  { listening, limits = {}, rate, metrics: place, measure, close }: Service,
  io: Io,
  work: (reachable: readonly Reachable[]) => Promise<T>,
): Promise<T> {
  const metrics = createMetrics();
  measure?.(metrics);
  const common = {
    log: { write: io.stderr },
    now: io.now,
    metrics,
    limits: { closeMs: CLOSE_MS, ...limits },
    ...(rate && { rate }),
  };
  const open: ServedApp[] = [];
  const reachable: Reachable[] = [];
  try {
    for (const { name, app, place: at, tls, outer, group, field } of listening) {
      const served = await openAt(field, () => serveApp(app, { ...common, outer, place: at, ...(tls && { tls }) }));
      open.push(served);
      if ('socket' in at && group !== undefined) await openAt(field, () => giveTo(group, at.socket));
      reachable.push({ name, at: served.address });
    }
    if (place !== undefined) {
      const { metrics: _, ...uncounted } = common;
      const served = await openAt('--metrics-port', () => serveApp(createMetricsApp(metrics), { ...uncounted, place }));
      open.push(served);
      reachable.push({ name: 'metrics', at: `${served.address}/metrics` });
    }
    return await work(reachable);
  } finally {
    close?.();
    await Promise.all(open.map((served) => served.close()));
  }
}

/** The place of metrics, beside a service's port where it has one. Throws `usage` where there is no such port. */
export function metricsPlace({ metricsHost: host, metricsPort }: MetricsKeys, port?: number): ServicePlace | undefined {
  const usual = port === undefined || port === 0 ? port : port + BESIDE;
  const chosen = metricsPort ?? usual;
  if (chosen === 'off' || chosen === undefined) return undefined;
  if (chosen <= 65_535) return { host, port: chosen };
  throw usage(`--metrics-port: there is no port ${chosen}; name one, or say off`, '--metrics-port');
}

interface MetricsKeys {
  readonly metricsHost: string;
  readonly metricsPort?: number | 'off' | undefined;
}

/** From a service's port to that of its metrics. */
const BESIDE = 1000;

/** Closed to all but its owner until it is the group's. */
async function giveTo(group: number, socket: string): Promise<void> {
  await chown(socket, process.geteuid?.() ?? 0, group);
  await chmod(socket, 0o660);
}

async function openAt<T>(field: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw usage(`${field}: ${error instanceof Error ? error.message : String(error)}; choose another place`, field);
  }
}
