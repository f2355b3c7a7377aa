import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Env, Hono, Schema } from 'hono';
import type { DestinationStream } from 'pino';
import { problemResponse } from '../problem/problem.ts';
import { failureOf } from './failure.ts';
import { type RateLimit, SERVICE_LIMITS, SERVICE_RATE, type ServiceLimits } from './limits.ts';
import type { ServiceMetrics } from './metrics.ts';
import { createLog } from './request-log.ts';
import { createService } from './service.ts';

/** What stands between a server of one's own and an app. */
export interface AppListenerOptions {
  /** Where the log's JSON lines go. */
  readonly log: DestinationStream;
  readonly limits?: Partial<Pick<ServiceLimits, 'bodyBytes'>>;
  readonly rate?: RateLimit | undefined;
  readonly metrics?: ServiceMetrics | undefined;
  readonly now?: (() => Date) | undefined;
  readonly newRequestId?: (() => string) | undefined;
}

/** An app as part of a server that has limits of its own: with log, rate, body limit, request ids and problems. */
export function appListener<E extends Env, S extends Schema, P extends string>(
  app: Hono<E, S, P>,
  { log, limits, rate = SERVICE_RATE, metrics, now = () => new Date(), newRequestId = randomUUID }: AppListenerOptions,
): RequestListener {
  const service = createService(app, {
    log: createLog(log, now),
    limits: { ...SERVICE_LIMITS, ...limits },
    ...{ rate, metrics, now, newRequestId },
  });
  const answer = getRequestListener((request, env) => service.fetch(request, env), {
    errorHandler: (error) => problemResponse(failureOf(error), newRequestId()),
  });
  return (request, response) => void answer(request, response);
}
