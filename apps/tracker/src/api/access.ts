import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem, type ServiceEnv } from '@assay/server';
import type { Context } from 'hono';

/** Who may use the routes that give out or take private keys, and change the configuration. */
export interface AccessOptions {
  /** The operator's token as it is now; undefined where there is none. */
  readonly adminToken?: (() => string | undefined) | undefined;
  /** Whether programs of this machine may, without a token. */
  readonly dev: boolean;
}

/** Throws a `Problem` unless the caller may. */
export type Access = (context: Context<ServiceEnv>) => void;

/** Names of this machine, which no name server can give to another one. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const LOOPBACK_PEER = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i;
/** Who sends one of these is a browser, which any page can make send requests, or a proxy, behind which is anybody. */
const FOREIGN = /^(?:origin|sec-fetch-site|forwarded|x-forwarded.*|x-(?:real|client)-ip|true-client-ip|cf-.*|via)$/;

/** Makes the guard of those routes. */
export function createAccess({ adminToken, dev }: AccessOptions): Access {
  return ({ req, env }) => {
    const { headers } = req.raw;
    const authorization = headers.get('authorization');
    if (authorization !== null) {
      if (!isBearer(authorization, adminToken?.())) throw unauthorized('not the token of the operator');
      return;
    }
    if (!dev) throw unauthorized('this route is the operator’s; send his token as Authorization: Bearer TOKEN');
    const { incoming }: Partial<ServiceEnv['Bindings']> = env ?? {};
    const refusal = refusalOf(headers, incoming);
    if (refusal !== undefined) throw new Problem('forbidden', refusal.detail, { field: refusal.field });
  };
}

/** Why a request is not from a program of this machine; undefined when it is. */
function refusalOf(
  headers: Headers,
  incoming: ServiceEnv['Bindings']['incoming'] | undefined,
): { readonly field: string; readonly detail: string } | undefined {
  const remedy = 'send the operator’s token';
  const peer = incoming?.socket.remoteAddress;
  if (peer === undefined || !LOOPBACK_PEER.test(peer)) {
    return { field: 'authorization', detail: `without a token only programs of this machine may do that; ${remedy}` };
  }
  const host = headers.get('host') ?? '';
  if (!LOOPBACK_HOST.test(host)) {
    return { field: 'host', detail: `host: expected localhost or 127.0.0.1, found ${host.slice(0, 80)}; ${remedy}` };
  }
  // Sent to proxies, and by proxies that name nobody: nginx speaks 1.0 to whom it stands before, under his own host.
  if (incoming?.url?.startsWith('/') === false || incoming?.httpVersion === '1.0') {
    return { field: 'request', detail: `request: expected a path over HTTP/1.1, as no proxy sends it; ${remedy}` };
  }
  const foreign = [...headers.keys()].find((name) => FOREIGN.test(name));
  if (foreign === undefined) return undefined;
  return { field: foreign, detail: `${foreign}: browsers and proxies may not do that without a token; ${remedy}` };
}

/** Compares hashes: how long that takes tells nothing of the token. */
function isBearer(authorization: string, token: string | undefined): boolean {
  const shown = /^Bearer +([!-~]+)$/i.exec(authorization)?.[1];
  if (shown === undefined || token === undefined) return false;
  return timingSafeEqual(digest(shown), digest(token));
}

function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', `authorization: ${detail}`, {
    field: 'authorization',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
