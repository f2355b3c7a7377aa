import { type DatabaseOptions, migrate, openDatabase } from '@assay/store';
import type { Hono } from 'hono';
import { createEarIssuer } from '../ear/issuer.ts';
import { createEarKeys } from '../ear/keys.ts';
import { createEarKeysApp } from '../ear/keys-app.ts';
import { createPublishedKeys, EAR_KEY_MIGRATIONS, EAR_KEY_SERVICE, type EarKeySchema } from '../ear/published-keys.ts';
import type { TokenIssuer } from './verification.ts';

/** Where tokens come from. */
export interface TokensOptions {
  /** The database of the service: all instances publish their keys there. */
  readonly place: DatabaseOptions;
  /** The folder of private keys. */
  readonly folder: string;
  /** The service's own address: `iss`. Simulated evidence has another one, with `/simulated` behind it. */
  readonly url: string;
  readonly clock: () => Date;
  readonly verifier: { readonly developer: string; readonly build: string };
}

/** An issuer, and the app that serves its public keys. */
export interface Tokens extends AsyncDisposable {
  readonly issuer: TokenIssuer;
  readonly app: Hono;
}

/** Opens the keys of a service that issues tokens. Throws `usage` and `unavailable`. */
export async function openTokens({ place, folder, url, clock, verifier }: TokensOptions): Promise<Tokens> {
  const db = await openDatabase<EarKeySchema>(place);
  try {
    await migrate(db, { service: EAR_KEY_SERVICE, migrations: EAR_KEY_MIGRATIONS });
    const keys = await createEarKeys({ folder, published: createPublishedKeys(db), clock });
    const issuer = url.replace(/\/+$/, '');
    const simulatedIssuer = `${issuer}/simulated`;
    return {
      issuer: createEarIssuer({ issuer, simulatedIssuer, keys, clock, verifier }),
      app: createEarKeysApp({ keys }),
      [Symbol.asyncDispose]: db.close,
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}
