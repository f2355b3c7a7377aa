import { Hono } from 'hono';
import { Problem } from '../problem/problem.ts';
import { type BearerToken, isBearer } from '../proxy/bearer.ts';
import { answerFailure } from '../service/failure.ts';
import { answerWith } from './answer.ts';
import { listNamed } from './named-list.ts';
import { OFFLINE_SET_TYPE, offlineSet } from './offline-set.ts';
import { askedBy } from './routes.ts';
import type { CollateralService } from './service.ts';

/** What the HTTP surface of a collateral service is made from. */
export interface CollateralAppOptions {
  readonly service: CollateralService;
  readonly clock: () => Date;
  /** Who shows it may have all that is kept. Without it there is no `/export`. */
  readonly adminToken?: BearerToken | undefined;
}

/** Patterns of the paths of a PCCS and of AMD's service, for metrics and refusals of methods. */
const INTEL_PATHS = ['tcb', 'qe/identity', 'tcbevaluationdatanumbers'].flatMap((name) => [
  `/sgx/certification/v4/${name}`,
  `/tdx/certification/v4/${name}`,
]);
const SGX_PATHS = ['pckcrl', 'rootcacrl', 'pckcert', 'qve/identity', 'fmspcs'].map(
  (name) => `/sgx/certification/v4/${name}`,
);
const AMD_PATHS = ['/vcek/v1/:line/:name', '/vlek/v1/:line/:name'];

/**
 * The paths of Intel's PCS v4 as a PCCS has them, and of AMD's KDS, out of a checked cache.
 *
 * @example
 * const app = createCollateralApp({ service: await createCollateralService(options), clock: () => new Date() });
 */
export function createCollateralApp({ service, clock, adminToken }: CollateralAppOptions): Hono {
  const app = new Hono();
  app.onError(answerFailure);
  app.get('/health', (c) => c.json({ status: 'ok' }));
  for (const path of [...INTEL_PATHS, ...SGX_PATHS, ...AMD_PATHS]) {
    app.get(path, async ({ req }) => {
      const { pathname, searchParams } = new URL(req.url);
      const asked = askedBy(pathname, searchParams);
      if (asked === undefined)
        throw new Problem('not_found', `${pathname.slice(0, 80)}: nothing is served at this path`);
      return answerWith(await service.get(asked.resource), asked.form, clock().getTime());
    });
  }
  app.get('/sgx/certification/v4/crl', async ({ req }) => {
    const resource = await listNamed(new URL(req.url).searchParams, service);
    return answerWith(await service.get(resource), 'der', clock().getTime());
  });
  if (adminToken !== undefined) {
    app.get('/export', ({ req }) => {
      requireAdmin(req.raw, adminToken);
      const headers = { 'content-type': OFFLINE_SET_TYPE, 'cache-control': 'no-store' };
      return new Response(offlineSet(service.kept()), { headers });
    });
  }
  return app;
}

function requireAdmin(request: Request, token: BearerToken): void {
  const field = 'authorization';
  const refused = new Problem('unauthorized', `${field}: this is for the bearer of the service's admin token`, {
    field,
    headers: { 'www-authenticate': 'Bearer' },
  });
  try {
    if (isBearer(request, token)) return;
  } catch {
    throw refused;
  }
  throw refused;
}
