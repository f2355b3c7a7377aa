import { AssayError } from '@assay/verify';

/** A service's address as the caller configured it: nothing is fetched from anywhere else. */
export interface Endpoint {
  readonly origin: string;
  /** Path in front of the service's own paths, without a slash at its end. */
  readonly path: string;
}

/** The part of a path that people copy along with the address of a PCS or PCCS. */
const SERVICE_PATH = /\/(?:sgx|tdx)\/certification\/(v\d+)$/;

/**
 * Parses a service's address; `field` is the option that has it. Throws `usage`: https everywhere, http on the loopback
 * only, no credentials.
 */
export function parseEndpoint(text: string, field: string): Endpoint {
  const url = parseAddress(text, field);
  if (url.search !== '' || url.hash !== '') {
    throw usage(`${field}: give the service's address alone, without "${url.search}${url.hash}"`, field);
  }
  const path = url.pathname.replace(/\/+$/, '');
  const version = SERVICE_PATH.exec(path)?.[1];
  if (version !== undefined && version !== 'v4') {
    throw usage(`${field}: ${version} of the service is retired, Assay speaks v4`, field);
  }
  return { origin: url.origin, path: path.replace(SERVICE_PATH, '') };
}

/** Parses an address that is fetched as it stands. Throws `usage` as `parseEndpoint` does. */
export function parseAddress(text: string, field: string): URL {
  const url = URL.parse(text);
  if (url === null) throw usage(`${field}: ${text} is no address such as https://host/`, field);
  if (url.username !== '' || url.password !== '') {
    throw usage(`${field}: credentials do not belong in an address`, field);
  }
  if (!isSafe(url)) {
    const expected = 'neither https nor http on the loopback';
    throw usage(`${field}: ${url.protocol}//${url.host} is ${expected}`, field);
  }
  return url;
}

/** True for https, and for http that does not leave this machine. */
export function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** The address of a path of the service, with its query. */
export function addressOf({ origin, path }: Endpoint, rest: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(`${origin}${path}${rest}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function usage(message: string, field: string): AssayError {
  return new AssayError('usage', message, { field });
}
