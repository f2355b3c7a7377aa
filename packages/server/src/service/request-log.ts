import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { ServiceEnv } from './answer-headers.ts';
import { failureOf } from './failure.ts';
import type { ServiceMetrics } from './metrics.ts';

/** A log of JSON lines. They hold nothing but the fields that this folder names: no query, header, body or message. */
export function createLog(stream: DestinationStream, now: () => Date): Logger {
  return pino({ base: null, timestamp: () => `,"time":"${now().toISOString()}"` }, stream);
}

/** One line, and one count, for each request. */
export function requestLog(log: Logger, now: () => Date, metrics?: ServiceMetrics): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const begin = now().getTime();
    await next();
    const { method } = context.req;
    const { status } = context.res;
    // Wall clocks go back at times.
    const ms = Math.max(0, now().getTime() - begin);
    const route = routeOf(context);
    metrics?.observe({ method, route, status, ms });
    const failure = context.error && failureOf(context.error, context);
    const fields = { requestId: context.get('requestId'), method, route, status, ms };
    if (failure === undefined) log.info(fields, 'request');
    else if (failure.code !== 'internal') log.info({ ...fields, code: failure.code }, 'request');
    else log.error({ ...fields, code: failure.code, fault: faultOf(context.error) }, 'request');
  };
}

/** The pattern that a request matched, not its path: paths are a peer's words, and endless. */
function routeOf(context: Context<ServiceEnv>): string {
  return routePath(context, -1);
}

/** Where a fault happened. Its message is left out: it may quote a request or a secret. */
function faultOf(error: unknown): { readonly name: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return { name: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
