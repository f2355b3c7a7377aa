import { type Env, Hono, type MiddlewareHandler, type Schema } from 'hono';
import type { Logger } from 'pino';
import { requestIds, type ServiceEnv, securityHeaders } from './answer-headers.ts';
import { bodyLimit } from './body-limit.ts';
import { answerFailure, onlyErrors, unserved } from './failure.ts';
import type { RateLimit, ServiceLimits } from './limits.ts';
import type { ServiceMetrics } from './metrics.ts';
import { createTokenBuckets, rateLimit } from './rate-limit.ts';
import { requestLog } from './request-log.ts';

/** What stands between a peer and an app. */
export interface ServiceOptions {
  readonly log: Logger;
  readonly limits: Pick<ServiceLimits, 'bodyBytes'>;
  readonly rate: RateLimit;
  readonly metrics?: ServiceMetrics | undefined;
  readonly now: () => Date;
  readonly newRequestId: () => string;
  /** Stands before rate and limits: for what refusals carry, too, such as the headers of CORS. */
  readonly outer?: MiddlewareHandler | undefined;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** An app behind the middleware of every service. The app's own `onError`, when it has one, comes first. */
export function createService<E extends Env, S extends Schema, P extends string>(
  app: Hono<E, S, P>,
  { log, limits, rate, metrics, now, newRequestId, outer }: ServiceOptions,
): Hono<ServiceEnv> {
  const service = new Hono<ServiceEnv>();
  service.use(requestIds(newRequestId));
  service.use(requestLog(log, now, metrics));
  service.use(securityHeaders);
  service.use(onlyErrors);
  if (outer !== undefined) service.use(outer);
  service.use(rateLimit(createTokenBuckets(rate, now)));
  service.use(bodyLimit(limits.bodyBytes));
  service.route('/', app);
  service.onError(answerFailure);
  service.notFound(unserved((path) => methodsOf(service, path)));
  return service;
}

/** Methods that a path is served with; middleware, which has none, does not count. */
function methodsOf(service: Hono<ServiceEnv>, path: string): readonly string[] {
  const served = METHODS.filter((method) =>
    service.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  return served.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
