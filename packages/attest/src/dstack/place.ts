import { stat } from 'node:fs/promises';
import type { Environment } from '../environment.ts';
import { systemCode, usage } from '../failure.ts';
import { type Endpoint, parseEndpoint } from '../http/endpoint.ts';

/** Where a guest agent is, and who said so. */
export interface Place {
  readonly endpoint: Endpoint;
  /** The variable or option that names it, or `found` for a socket in one of its usual places. */
  readonly origin: string;
  /** True where only the Tappd API is to be expected. */
  readonly tappd: boolean;
  /** Secret: goes to this endpoint and nowhere else. */
  readonly bearer: string | undefined;
}

/** Where to look for a guest agent. */
export interface DstackPlaceOptions {
  /** Socket or address; before all variables. */
  readonly endpoint?: string | undefined;
  readonly environment?: Environment | undefined;
  /** The folder that stands for `/` where the sockets' usual places are looked for. */
  readonly root?: string | undefined;
}

/** What was looked at, in order, and the first place that may have an agent. */
export interface Search {
  readonly place: Place | undefined;
  /** False for a named socket that is not there. */
  readonly there: boolean;
  readonly looked: readonly string[];
}

/** Variables that name an endpoint, in order: those of the SDKs, those of applications, the one of a cloud's service. */
const VARIABLES = [
  'DSTACK_SIMULATOR_ENDPOINT',
  'TAPPD_SIMULATOR_ENDPOINT',
  'DSTACK_SOCKET',
  'DSTACK_ENDPOINT',
  'PHALA_ENDPOINT',
] as const;
const FOLDERS = ['/var/run', '/run', '/var/run/dstack', '/run/dstack'] as const;

/** Sockets of guest agents in their usual places: all of the newer name before those of the older one. */
export const SOCKETS: readonly string[] = ['dstack.sock', 'tappd.sock'].flatMap((name) =>
  FOLDERS.map((folder) => `${folder}/${name}`),
);

/**
 * Looks where the guest agent is: as the caller says, as variables say, then in the usual places. Throws `usage` for a
 * name that is no endpoint, and for a credential that would be sent in clear.
 */
export async function searchPlace({ endpoint, environment = {}, root = '' }: DstackPlaceOptions): Promise<Search> {
  const named = endpoint === undefined ? variableOf(environment) : (['endpoint', endpoint] as const);
  if (named !== undefined) {
    const place = placeOf(named, environment);
    const { shown } = place.endpoint;
    if (place.endpoint.kind === 'url') return { place, there: true, looked: [`${place.origin}: ${shown}`] };
    const state = await socketState(place.endpoint.path);
    return { place, there: state === SOCKET, looked: [`${place.origin}: ${shown}: ${state}`] };
  }
  const looked: string[] = [];
  let first: Place | undefined;
  for (const path of SOCKETS.map((socket) => root + socket)) {
    const state = await socketState(path);
    looked.push(`${path}: ${state}`);
    if (state === SOCKET) first ??= placeOf(['found', path], {});
  }
  return { place: first, there: first !== undefined, looked };
}

const SOCKET = 'a socket';

/** An empty variable counts as none, as for the SDKs. */
function variableOf(environment: Environment): readonly [string, string] | undefined {
  for (const name of VARIABLES) {
    const value = environment[name];
    if (value) return [name, value];
  }
  return undefined;
}

function placeOf([origin, value]: readonly [string, string], environment: Environment): Place {
  const endpoint = parseEndpoint(value, origin);
  const tappd = origin === 'TAPPD_SIMULATOR_ENDPOINT' || (endpoint.kind === 'socket' && /\/tappd\.sock$/.test(value));
  return {
    endpoint,
    origin,
    tappd,
    bearer: origin === 'PHALA_ENDPOINT' ? bearerFor(endpoint, environment) : undefined,
  };
}

function bearerFor(endpoint: Endpoint, { PHALA_API_KEY: key }: Environment): string | undefined {
  if (!key) return undefined;
  if (!/^[!-~]{1,4096}$/.test(key))
    throw usage('PHALA_API_KEY: expected at most 4096 printable ASCII characters without spaces', 'PHALA_API_KEY');
  if (endpoint.kind === 'url' && endpoint.url.protocol === 'http:' && !isLoopback(endpoint.url.hostname))
    throw usage(
      'PHALA_ENDPOINT: PHALA_API_KEY would go there in clear; use https, or http on this machine only',
      'PHALA_ENDPOINT',
    );
  return key;
}

/** `URL` has brought addresses to their canonical form. A name other than `localhost` can be pointed anywhere. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

async function socketState(path: string): Promise<string> {
  try {
    return (await stat(path)).isSocket() ? SOCKET : 'no socket';
  } catch (error) {
    const code = systemCode(error) ?? 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
    return `cannot be looked at (${code})`;
  }
}
