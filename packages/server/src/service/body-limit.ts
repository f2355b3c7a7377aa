import type { IncomingMessage } from 'node:http';
import type { MiddlewareHandler } from 'hono';
import { Problem } from '../problem/problem.ts';
import type { ServiceEnv } from './answer-headers.ts';
import { hasBody } from './failure.ts';

/** Refuses bodies of more than `limit` bytes, said in advance or not, and bodies of requests that have none. */
export function bodyLimit(limit: number): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const { incoming } = context.env;
    const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
    const method = context.req.method;
    if (!hasBody(method)) {
      if (encoding !== undefined || (length !== undefined && Number(length) !== 0)) {
        // What nobody reads would be taken for the next request: the connection ends here.
        throw new Problem('bad_request', `A request with ${method} has no body here.`, {
          headers: { connection: 'close' },
        });
      }
    } else if (encoding !== undefined) {
      // Only such a body can be longer than it says: it is read here, and handlers find it whole.
      const body = await bodyOf(incoming, limit);
      const { url, headers, signal } = context.req.raw;
      context.req.raw = new Request(url, { method, headers, body, signal });
    } else if (Number(length ?? 0) > limit) {
      throw tooLarge(limit);
    }
    await next();
  };
}

function tooLarge(limit: number): Problem {
  return new Problem('body_too_large', `A body has at most ${limit} bytes here.`);
}

/** Collects a body. It is left as it is when it is too long: the answer goes first, then the connection. */
function bodyOf(incoming: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= limit) {
      chunks.push(chunk);
      return;
    }
    incoming.off('data', take);
    incoming.pause();
    reject(tooLarge(limit));
  };
  incoming.on('data', take);
  incoming.once('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
  incoming.once('close', () => reject(new Problem('bad_request', 'The body ended before it was whole.')));
  incoming.once('error', reject);
  return promise;
}
