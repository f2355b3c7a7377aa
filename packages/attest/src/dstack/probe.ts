import { fromUtf8, type JsonObject, parseJsonObject } from '@assay/verify/codec';
import { unavailable } from '../failure.ts';
import { said } from '../http/said.ts';
import type { Place } from './place.ts';
import { agentError, MAX_LARGE_ANSWER, post } from './rpc.ts';

/** APIs of guest agents: `tappd` before 0.4.2, `v0` since, `v1` beside it from 0.6 on. */
export type DstackApi = 'tappd' | 'v0' | 'v1';

/** A guest agent that answered. */
export interface GuestAgent {
  /** The newest API that it serves. One that serves `v1` serves `v0` too. */
  readonly api: DstackApi;
  /** As it says itself; undefined before 0.5.7. */
  readonly version: string | undefined;
  /** For messages: name, version, API and place. */
  readonly shown: string;
}

/** Versions whose API is known. */
const KNOWN_VERSION = /^v?0\.[3-6]\.\d/;

interface Look {
  readonly path: string;
  readonly status: number;
  /** The object that it answered with status 200. */
  readonly object: JsonObject | undefined;
  /** What it refused with. */
  readonly error: string | undefined;
}

/** Finds out which API the agent speaks, newest first. Throws `unavailable` when it is none that is known. */
export async function probeAgent(place: Place, signal: AbortSignal): Promise<GuestAgent> {
  const looks: Look[] = [];
  const look = async (path: string): Promise<Look> => {
    const { status, body } = await post(place, {
      path,
      request: {},
      maxBytes: MAX_LARGE_ANSWER,
      repeatable: true,
      signal,
    });
    const seen = { path, status, object: status === 200 ? objectIn(body) : undefined, error: agentError(body) };
    looks.push(seen);
    return seen;
  };
  if (!place.tappd) {
    const newest = await look('/v1/Version');
    if (versionIn(newest) !== undefined || lacksOnlyTheMethod(newest)) return found(place, 'v1', versionIn(newest));
    const version = versionIn(await look('/Version'));
    if (version !== undefined) return found(place, 'v0', version);
    if (isInfo(await look('/Info'))) return found(place, 'v0', undefined);
  }
  if (isInfo(await look('/prpc/Tappd.Info')))
    return found(place, 'tappd', versionIn(await look('/prpc/Tappd.Version')));
  const statuses = looks.map(({ path, status }) => `${path}: HTTP ${status}`).join(', ');
  const denied = looks.some(({ status }) => status === 401 || status === 403);
  throw unavailable(
    `${place.endpoint.shown} (${place.origin}): no guest agent that speaks v1, v0 or Tappd (${statuses})`,
    denied ? 'check PHALA_API_KEY' : 'check the endpoint: dstack.sock of a dstack guest, or `assay simulate dstack`',
  );
}

/** Version 1 of the API is there when its path is known and only the method is not; another 404 is of no API at all. */
function lacksOnlyTheMethod({ status, error }: Look): boolean {
  return status === 404 && error !== undefined && error.startsWith('Service not found: ');
}

function found(place: Place, api: DstackApi, told: string | undefined): GuestAgent {
  const version = told === undefined ? undefined : said(told, place.bearer);
  const known = version === undefined || KNOWN_VERSION.test(version);
  const name = `dstack guest agent${version === undefined ? '' : ` ${version}`}`;
  const speaks = `API ${api}${known ? '' : ', a version that Assay does not know: it knows 0.3 to 0.6'}`;
  return { api, version, shown: `${name} (${speaks}) at ${place.endpoint.shown}` };
}

function versionIn({ object }: Look): string | undefined {
  const version = object?.version;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

function isInfo({ object }: Look): boolean {
  return typeof object?.app_id === 'string';
}

function objectIn(body: Uint8Array): JsonObject | undefined {
  try {
    return parseJsonObject(fromUtf8(body));
  } catch {
    return undefined;
  }
}
