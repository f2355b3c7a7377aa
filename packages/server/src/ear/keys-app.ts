import { Hono } from 'hono';
import type { EarKind } from './key-file.ts';
import type { EarKeys } from './keys.ts';

/** Where the public keys of each kind are: `/.well-known/jwks.json` under the issuer's URL. */
export const EAR_KEY_PATHS = {
  genuine: '/.well-known/jwks.json',
  simulated: '/simulated/.well-known/jwks.json',
} as const satisfies Readonly<Record<EarKind, string>>;

/** How long a key set may be kept, in seconds; new keys are published much earlier than they sign. */
const MAX_AGE = 300;

/** Serves the key sets of both issuers (RFC 7517 section 5), to everybody. */
export function createEarKeysApp({ keys }: { readonly keys: Pick<EarKeys, 'published'> }): Hono {
  const app = new Hono();
  for (const kind of ['genuine', 'simulated'] as const) {
    app.get(EAR_KEY_PATHS[kind], async (context) =>
      context.body(JSON.stringify(await keys.published(kind)), 200, {
        'content-type': 'application/jwk-set+json',
        'cache-control': `public, max-age=${MAX_AGE}`,
      }),
    );
  }
  return app;
}
