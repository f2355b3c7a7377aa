import { Hono } from 'hono';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A request that was answered. */
export interface Observation {
  readonly method: string;
  /** The pattern of its route: one of few. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** What a service counts. Others may register their own in `registry`. */
export interface ServiceMetrics {
  readonly registry: Registry;
  observe(observation: Observation): void;
  /** A connection that came (1) or went (-1). */
  connection(change: 1 | -1): void;
  /** A connection that was cut for what it sent, or did not send. */
  refused(code: string): void;
}

/** Counters of one service, in a registry of its own. */
export function createMetrics(): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'assay_http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'assay_http_request_seconds',
    help: 'Time from a request to its answer',
    labelNames: ['route'] as const,
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30],
    registers,
  });
  const connections = new Gauge({ name: 'assay_http_connections', help: 'Connections open now', registers });
  const refusals = new Counter({
    name: 'assay_http_refused_connections_total',
    help: 'Connections cut because of what came, or did not come, on them',
    labelNames: ['code'] as const,
    registers,
  });
  return {
    registry,
    observe: ({ method, route, status, ms }) => {
      requests.inc({ method, route, status });
      seconds.observe({ route }, ms / 1_000);
    },
    connection: (change) => connections.inc(change),
    refused: (code) => refusals.inc({ code }),
  };
}

/** `GET /metrics` in Prometheus' text form: for a private listener, never beside the service. */
export function createMetricsApp({ registry }: Pick<ServiceMetrics, 'registry'>): Hono {
  return new Hono().get('/metrics', async (context) =>
    context.body(await registry.metrics(), 200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }),
  ) as Hono;
}
