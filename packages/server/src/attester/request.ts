import { fromUtf8, parseJsonObject } from '@assay/verify/codec';
import { Problem } from '../problem/problem.ts';
import { expectJson, readBody } from './body.ts';
import { INFO_PROFILES, type InfoProfile } from './info.ts';

/** What a challenger brings: nothing else goes from him into a statement. */
export interface Challenge {
  /** 16 to 64 bytes, lower-case hex. */
  readonly nonce: string;
  readonly aud: string | null;
}

/** Evidence without a challenge, bound to `/info` by this profile; undefined where the caller named none. */
export interface Unchallenged {
  readonly profile: InfoProfile | undefined;
}

type Parameters = ReadonlyMap<string, string>;

const NAMES: readonly string[] = ['nonce', 'aud', 'profile'];
const NONCE = /^(?:[0-9a-f]{2}){16,64}$/;
const MAX_AUD = 512;
/** Of a body with a nonce and an audience that is all escapes. */
const MAX_BODY = 8192;

/**
 * Reads `GET /attestation?…`, or the JSON body of `POST /attestation`. An audience must be one of `audiences`, where
 * those are given. Throws a `Problem` that names the parameter.
 */
export async function readAttestationRequest(
  request: Request,
  audiences: readonly string[] | undefined,
): Promise<Challenge | Unchallenged> {
  const parameters = request.method === 'POST' ? await fromBody(request) : fromQuery(new URL(request.url));
  const [nonce, aud, profile] = ['nonce', 'aud', 'profile'].map((name) => parameters.get(name));
  if (nonce === undefined) {
    if (aud !== undefined) throw wrong('aud', 'an audience needs a nonce beside it');
    return { profile: profile === undefined ? undefined : profileOf(profile) };
  }
  if (!NONCE.test(nonce)) throw wrong('nonce', 'expected 16 to 64 bytes of lower-case hexadecimal');
  if (profile !== undefined) throw wrong('profile', 'evidence for a nonce has the profile assay/1-batch: leave it out');
  return { nonce, aud: aud === undefined ? null : audienceOf(aud, audiences) };
}

function fromQuery({ search, searchParams }: URL): Parameters {
  try {
    decodeURIComponent(search);
  } catch {
    throw wrong('query', 'not UTF-8 in percent-encoding');
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of searchParams) {
    if (parameters.has(name)) throw wrong(name, 'given more than once');
    parameters.set(known(name), value);
  }
  return parameters;
}

async function fromBody(request: Request): Promise<Parameters> {
  if (new URL(request.url).search !== '') throw wrong('query', 'POST takes its parameters in the body alone');
  const bytes = await readBody(request, MAX_BODY);
  if (bytes.length === 0) return new Map();
  expectJson(request);
  const members = Object.entries(parseJsonObject(fromUtf8(bytes, 'body'), 'body'));
  return new Map(
    members.map(([name, value]) => {
      if (typeof value !== 'string') throw wrong(known(name), 'expected text');
      return [known(name), value];
    }),
  );
}

function known(name: string): string {
  if (NAMES.includes(name)) return name;
  throw wrong(name.slice(0, 40), `unknown; the parameters are ${NAMES.join(', ')}`);
}

function profileOf(profile: string): InfoProfile {
  const found = INFO_PROFILES.find((name) => name === profile);
  if (found === undefined) throw wrong('profile', `expected one of ${INFO_PROFILES.join(', ')}`);
  return found;
}

function audienceOf(aud: string, audiences: readonly string[] | undefined): string {
  if (aud === '' || aud.length > MAX_AUD || !aud.isWellFormed())
    throw wrong('aud', `expected well-formed text of 1 to ${MAX_AUD} characters`);
  if (audiences !== undefined && !audiences.includes(aud))
    throw new Problem('forbidden', 'aud: this service makes no evidence for that audience', { field: 'aud' });
  return aud;
}

function wrong(field: string, what: string): Problem {
  return new Problem('bad_request', `${field}: ${what}`, { field });
}
