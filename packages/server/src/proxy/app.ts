import type { Batcher } from '@assay/attest';
import { serialiseEnvelope } from '@assay/verify/evidence';
import { type Context, Hono } from 'hono';
import { Problem, problemResponse } from '../problem/problem.ts';
import { answerFailure } from '../service/failure.ts';
import { type BearerToken, isBearer, notTheBearer } from './bearer.ts';
import { readBody, readQuery } from './body.ts';
import { rawQuote } from './quote.ts';
import type { QuoteLine } from './quote-line.ts';
import { fromBodyForm, fromQueryForm } from './raw-report-data.ts';
import { readStatementRequest } from './statement-request.ts';
import { type StatusOptions, statusOf } from './status.ts';
import { watch } from './watch.ts';

/** What a listener grants whoever reaches it: statements, or raw report data too. */
export type ProxyGrant = 'anyone' | 'raw';

/** What the proxy works with, and who may do what. */
export interface ProxyAppOptions extends StatusOptions {
  /** The hardware; the batcher's attester must be the same line. */
  readonly attester: QuoteLine;
  readonly batcher: Batcher;
  /**
   * How many statements callers get who have neither the token nor a `raw` listener: 0 admits one, else it is the
   * milliseconds until the next.
   */
  readonly limiter: () => number;
  /** Who shows this token may name keys in statements. */
  readonly bearer?: BearerToken | undefined;
  /** What the request's listener grants, by the environment it hands to `fetch`; default `anyone`. */
  readonly grantOf?: ((env: unknown) => ProxyGrant) | undefined;
  /**
   * Gives raw report data though statements name keys: whoever gets those can make up any statement. Status and
   * statements say so. Without a bearer no statement names keys, and `raw` callers get them anyhow.
   */
  readonly allowRaw?: boolean | undefined;
}

const NO_STORE = { 'cache-control': 'no-store' };
const METHODS: Readonly<Record<string, string>> = {
  '/status': 'GET, HEAD',
  '/attestation': 'GET, HEAD, POST',
  '/quote': 'GET, HEAD, POST',
};

/**
 * The attestation proxy of a TDX guest. Anyone: `GET /status`, `GET|POST /attestation?nonce=`. The bearer: `POST
 * /attestation` with keys. Callers granted `raw`: `GET|POST /quote`.
 *
 * @example
 * const attester = createQuoteLine(createTsmAttester(), { clock });
 * const batcher = createBatcher(attester, { instance: newInstance(), clock });
 * const app = createProxyApp({ attester, batcher, limiter, grantOf: (env) => (env === socket ? 'raw' : 'anyone') });
 */
export function createProxyApp(options: ProxyAppOptions): Hono {
  const { attester, batcher, limiter, bearer, grantOf, allowRaw = false } = options;
  const raw = grantOf !== undefined && (allowRaw || bearer === undefined);
  const watched = watch(attester);

  const requireRaw = (c: Context, field: string): void => {
    if (grantOf?.(c.env) !== 'raw')
      throw new Problem(
        'forbidden',
        'Report data of your choice would let you speak for this machine: they are given on its Unix socket only, to ' +
          'root or its group. Ask for a statement at /attestation?nonce=.',
        { field },
      );
    if (!raw)
      throw new Problem(
        'forbidden',
        'This proxy states keys for its bearer, and gives no raw report data beside (--allow-raw would).',
        { field },
      );
  };
  const quote = async (c: Context, reportData: Uint8Array): Promise<Response> => {
    const envelope = await attester.evidence({ reportData, signal: c.req.raw.signal });
    return c.json(rawQuote(envelope, reportData), 200, NO_STORE);
  };
  const attestation = async (c: Context): Promise<Response> => {
    const known = isBearer(c.req.raw, bearer);
    // Strangers must not keep root waiting, who is on the socket; so are those whom it is opened to.
    if (!known && grantOf?.(c.env) !== 'raw') {
      const wait = limiter();
      if (wait > 0)
        throw new Problem('too_many_requests', 'Statements for anyone are limited: ask again later.', {
          headers: { 'retry-after': String(Math.ceil(wait / 1000)) },
        });
    }
    const { nonce, aud, keys } = await readStatementRequest(c.req.raw);
    // A stranger's keys in a statement would be this machine's word for them.
    if (!known && keys.length > 0) throw notTheBearer('keys');
    if (!known && nonce === null)
      throw new Problem('bad_request', 'nonce: expected 16 to 64 random bytes of yours, lower-case hexadecimal', {
        field: 'nonce',
      });
    const claims = { caller: known ? 'bearer' : 'anyone', ...(raw && { rawReportData: 'allowed' }) };
    const envelope = await batcher.issue({ type: 'attestation', nonce, aud, keys, claims }, c.req.raw.signal);
    return c.body(serialiseEnvelope(envelope), 200, { ...NO_STORE, 'content-type': 'application/json' });
  };

  const app = new Hono();
  app.get('/status', async (c) => c.json(await statusOf(attester, watched, { ...options, raw }), 200, NO_STORE));
  app.on(['GET', 'POST'], '/attestation', attestation);
  app.get('/quote', async (c) => {
    requireRaw(c, 'report_data');
    return quote(c, fromQueryForm(readQuery(c.req.url, ['report_data']).report_data));
  });
  app.post('/quote', async (c) => {
    requireRaw(c, 'reportData');
    readQuery(c.req.url, []);
    return quote(c, fromBodyForm((await readBody(c.req.raw, ['reportData'])).reportData));
  });
  app.notFound((c) => {
    const allow = METHODS[c.req.path];
    return problemResponse(
      allow === undefined
        ? new Problem('not_found', `There are ${Object.keys(METHODS).join(', ')}.`)
        : new Problem('method_not_allowed', `Allowed: ${allow}.`, { headers: { allow } }),
    );
  });
  // Within a service its request id is at hand.
  app.onError((error, c: Context) => answerFailure(error, c));
  return app;
}
