import { readFileSync } from 'node:fs';
import { AssayError } from '@assay/verify';
import type { ClientConfig } from 'pg';
import { usage } from '../failure.ts';

/** What a URL says of a Postgres database. */
export type PostgresAddress = Pick<ClientConfig, 'user' | 'password' | 'host' | 'port' | 'database' | 'ssl'>;

const SHAPE = 'postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full';

/** Messages never repeat the URL: it holds the password. */
function wrong(what: string): AssayError {
  return usage(`the database URL ${what}; expected ${SHAPE}`, { field: 'url', expected: SHAPE });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong('has a part that is not percent-encoded UTF-8');
  }
}

/** TLS with a certificate for the host that is checked, or none: there is nothing in between. */
function tls(mode: string | null, rootFile: string | null): ClientConfig['ssl'] {
  if (mode === null || mode === 'disable') {
    if (rootFile !== null) throw wrong('has sslrootcert but not sslmode=verify-full');
    return false;
  }
  if (mode !== 'require' && mode !== 'verify-full') throw wrong('has an sslmode other than verify-full and disable');
  if (rootFile === null) return { rejectUnauthorized: true };
  try {
    return { rejectUnauthorized: true, ca: readFileSync(rootFile, 'utf8') };
  } catch (cause) {
    throw new AssayError('usage', `sslrootcert ${rootFile} cannot be read`, { field: 'url' }, { cause });
  }
}

/**
 * Reads `postgres://…`. Parameters: `sslmode` (`disable`, the default, or `verify-full`; `require` means the latter),
 * `sslrootcert` (a PEM file), and for Unix sockets `host` (the folder) and `user`. Throws `usage`.
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  if (!URL.canParse(text)) throw wrong('is no URL');
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') throw wrong('has another scheme');
  const known = ['sslmode', 'sslrootcert', 'host', 'user', 'port'];
  const stranger = [...url.searchParams.keys()].find((name) => !known.includes(name));
  if (stranger !== undefined) throw wrong(`has the unknown parameter ${JSON.stringify(stranger)}`);
  const host = decoded(url.hostname).replace(/^\[(.*)\]$/, '$1') || url.searchParams.get('host');
  const user = decoded(url.username) || url.searchParams.get('user');
  const database = decoded(url.pathname.slice(1));
  if (!host) throw wrong('names no host');
  if (!user) throw wrong('names no user');
  if (database === '') throw wrong('names no database');
  const port = Number(url.port || (url.searchParams.get('port') ?? 5432));
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw wrong('has no port between 1 and 65535');
  const ssl = tls(url.searchParams.get('sslmode'), url.searchParams.get('sslrootcert'));
  const password = decoded(url.password);
  return { host, user, database, port, ...(ssl !== undefined && { ssl }), ...(password !== '' && { password }) };
}
