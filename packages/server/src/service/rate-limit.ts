import { isIPv6 } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { Problem } from '../problem/problem.ts';
import type { ServiceEnv } from './answer-headers.ts';
import type { RateLimit } from './limits.ts';

/** A bucket of tokens for each peer. */
export interface TokenBuckets {
  /** Takes a token: 0 when there was one, else the seconds until there is one. */
  take(peer: string): number;
  /** Peers remembered now. */
  readonly size: number;
}

/** Buckets that fill as time passes. */
export function createTokenBuckets({ burst, perSecond, peers }: RateLimit, now: () => Date): TokenBuckets {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return {
    get size() {
      return buckets.size;
    },
    take: (peer) => {
      const at = now().getTime();
      const known = buckets.get(peer) ?? { tokens: burst, at };
      // Clocks that go back give nothing.
      const gained = (Math.max(0, at - known.at) / 1_000) * perSecond;
      const tokens = Math.min(burst, known.tokens + gained);
      const paid = tokens >= 1;
      // Set anew, the map's first entry is always the peer that was silent longest: it has the fullest bucket.
      buckets.delete(peer);
      const [oldest] = buckets.keys();
      if (buckets.size >= peers && oldest !== undefined) buckets.delete(oldest);
      buckets.set(peer, { tokens: paid ? tokens - 1 : tokens, at });
      return paid ? 0 : (1 - tokens) / perSecond;
    },
  };
}

/** Refuses peers that ask too often, with `retry-after` in whole seconds. All callers of a Unix socket are one peer. */
export function rateLimit(buckets: TokenBuckets): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const wait = buckets.take(peerOf(context.env.incoming.socket.remoteAddress));
    if (wait > 0) {
      const seconds = Math.ceil(wait);
      throw new Problem('too_many_requests', `Too many requests from this address; wait ${seconds} s.`, {
        headers: { 'retry-after': `${seconds}` },
      });
    }
    await next();
  };
}

/** Whom an address stands for: an IPv4 address, or an IPv6 network of 64 bits, since whoever has one has all of it. */
export function peerOf(address: string | undefined): string {
  if (address === undefined) return 'local';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  const network = [...front, ...zeros, ...back].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':');
}
