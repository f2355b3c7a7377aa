import { fromUtf8, parseJsonObject } from '@assay/verify/codec';
import { AUDIENCE_NAMES } from '../confidential-space/audience.ts';
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

const NAMES = ['nonce', 'aud', 'profile'] as const;
const NONCE = /^(?:[0-9a-f]{2}){16,64}$/;
const MAX_AUD = 512;
/** Of a body with a nonce and an audience that is all escapes. */
const MAX_BODY = 8192;

/** Whom evidence is for, which the caller named or did not. Throws a `Problem` of the field `aud`. */
export type AudienceChoice = (asked: string | undefined) => string | null;

/** An audience that is on the list, where there is one; null for callers who name none. */
export function audienceAmong(listed: readonly string[] | undefined): AudienceChoice {
  return (asked) => {
    if (asked === undefined) return null;
    if (asked === '' || asked.length > MAX_AUD || !asked.isWellFormed())
      throw wrong('aud', `expected well-formed text of 1 to ${MAX_AUD} characters`);
    if (listed !== undefined && !listed.includes(asked))
      throw new Problem('forbidden', 'aud: this service makes no evidence for that audience', { field: 'aud' });
    return asked;
  };
}

/**
 * Reads `GET /attestation?…`, or the JSON body of `POST /attestation`; `audience` is another name for `aud`. Throws a
 * `Problem` that names the parameter.
 */
export async function readAttestationRequest(
  request: Request,
  audience: AudienceChoice,
): Promise<Challenge | Unchallenged> {
  const parameters = request.method === 'POST' ? await fromBody(request) : fromQuery(new URL(request.url));
  const [nonce, aud, profile] = ['nonce', 'aud', 'profile'].map((name) => parameters.get(name));
  if (nonce === undefined) {
    if (aud !== undefined) throw wrong('aud', 'an audience needs a nonce beside it');
    return { profile: profile === undefined ? undefined : profileOf(profile) };
  }
  if (!NONCE.test(nonce)) throw wrong('nonce', 'expected 16 to 64 bytes of lower-case hexadecimal');
  if (profile !== undefined) throw wrong('profile', 'evidence for a nonce has the profile assay/1-batch: leave it out');
  return { nonce, aud: audience(aud) };
}

function fromQuery({ search, searchParams }: URL): Parameters {
  try {
    decodeURIComponent(search);
  } catch {
    throw wrong('query', 'not UTF-8 in percent-encoding');
  }
  return byName([...searchParams]);
}

async function fromBody(request: Request): Promise<Parameters> {
  if (new URL(request.url).search !== '') throw wrong('query', 'POST takes its parameters in the body alone');
  const bytes = await readBody(request, MAX_BODY);
  if (bytes.length === 0) return new Map();
  expectJson(request);
  return byName(Object.entries(parseJsonObject(fromUtf8(bytes, 'body'), 'body')));
}

/** Text that has a known name, each once: an audience has two. */
function byName(given: readonly (readonly [name: string, value: unknown])[]): Parameters {
  const parameters = new Map<string, string>();
  for (const [asked, value] of given) {
    const name = AUDIENCE_NAMES.includes(asked) ? 'aud' : NAMES.find((known) => known === asked);
    if (name === undefined) throw wrong(asked.slice(0, 40), `unknown; the parameters are ${NAMES.join(', ')}`);
    if (parameters.has(name)) throw wrong(name, 'given more than once');
    if (typeof value !== 'string') throw wrong(name, 'expected text');
    parameters.set(name, value);
  }
  return parameters;
}

function profileOf(profile: string): InfoProfile {
  const found = INFO_PROFILES.find((name) => name === profile);
  if (found === undefined) throw wrong('profile', `expected one of ${INFO_PROFILES.join(', ')}`);
  return found;
}

function wrong(field: string, what: string): Problem {
  return new Problem('bad_request', `${field}: ${what}`, { field });
}
