import { open } from 'node:fs/promises';
import { BlockList, isIPv4 } from 'node:net';
import type { Environment } from '../environment.ts';
import { systemCode, unavailable, usage } from '../failure.ts';
import { type Endpoint, parseEndpoint } from '../http/endpoint.ts';

/** Where the attestation proxy is, and what it is shown. */
export interface ProxyPlaceOptions {
  /** Socket or address; before the variable TDX_ATTESTATION_PROXY_URL. Default `/run/tdx-attestation-proxy.sock`. */
  readonly endpoint?: string | undefined;
  readonly environment?: Environment | undefined;
  /** Secret: the bearer that the proxy knows this caller by. */
  readonly token?: string | undefined;
  /** A file with the token, read anew for each request; instead of `token`, and before ASSAY_PROXY_TOKEN_FILE. */
  readonly tokenFile?: string | undefined;
}

/** The variable of the proxy's containers. */
const VARIABLE = 'TDX_ATTESTATION_PROXY_URL';
const SOCKET = '/run/tdx-attestation-proxy.sock';
/** The variable of the file that holds its token. */
const TOKEN_FILE = 'ASSAY_PROXY_TOKEN_FILE';
const MAX_TOKEN = 4096;

/** The proxy's endpoint. Throws `usage`, naming the option or variable, for what is none. */
export function proxyEndpoint({ endpoint, environment = {} }: ProxyPlaceOptions): Endpoint {
  if (endpoint !== undefined) return parseEndpoint(endpoint, 'endpoint');
  const named = environment[VARIABLE];
  return named ? parseEndpoint(named, VARIABLE) : parseEndpoint(SOCKET, 'endpoint');
}

/** Whether a token is given: its holder is the proxy's bearer. */
export function isBearer({ token, tokenFile, environment = {} }: ProxyPlaceOptions): boolean {
  return token !== undefined || tokenFile !== undefined || Boolean(environment[TOKEN_FILE]);
}

/**
 * The token for an endpoint, undefined where none is given. Throws `usage` for one that no header can carry or that would
 * leave this machine in clear, `unavailable` for a file that cannot be read; the token is in no message.
 */
export async function proxyToken(options: ProxyPlaceOptions, endpoint: Endpoint): Promise<string | undefined> {
  const { token, environment = {} } = options;
  if (token !== undefined && options.tokenFile !== undefined)
    throw usage('tokenFile: expected none beside `token`', 'tokenFile');
  const named = token === undefined ? environment[TOKEN_FILE] || undefined : undefined;
  const tokenFile = options.tokenFile ?? named;
  const field = token !== undefined ? 'token' : options.tokenFile === undefined ? TOKEN_FILE : 'tokenFile';
  const secret = tokenFile === undefined ? token : await readToken(tokenFile);
  if (secret === undefined) return undefined;
  if (!/^[!-~]+$/.test(secret) || secret.length > MAX_TOKEN)
    throw usage(`${field}: expected 1 to ${MAX_TOKEN} printable ASCII characters without spaces`, field);
  if (endpoint.kind === 'url' && endpoint.url.protocol === 'http:' && !isNear(endpoint.url.hostname))
    throw usage(`${field}: it would go to ${endpoint.shown} in clear; use https, or the proxy of this machine`, field);
  return secret;
}

async function readToken(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      // One byte more than fits, besides a line's end: a longer one is refused.
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_TOKEN + 2), 0, MAX_TOKEN + 2, 0);
      return buffer.toString('latin1', 0, bytesRead).trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    const remedy = "mount the proxy's token file, and let this user's group read it (mode 0640)";
    throw unavailable(`tokenFile: ${path} cannot be read (${systemCode(error) ?? 'unknown'})`, remedy, error);
  }
}

/** Networks that containers reach their host by. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('127.0.0.0', 8);
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
const NEAR_NAMES = new Set(['localhost', '[::1]', 'host.docker.internal', 'host.containers.internal']);

function isNear(host: string): boolean {
  return NEAR_NAMES.has(host) || (isIPv4(host) && PRIVATE.check(host));
}
