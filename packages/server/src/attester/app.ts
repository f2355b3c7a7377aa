import type { Attester, Detection } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { toHex } from '@assay/verify/codec';
import { Hono } from 'hono';
import { AUDIENCE_NAMES, type AudiencePolicy } from '../confidential-space/audience.ts';
import { launcherProblem } from '../confidential-space/launcher-problem.ts';
import { Problem, problemResponse } from '../problem/problem.ts';
import { answerFailure } from '../service/failure.ts';
import { createEnvelopes, type EnvelopeOptions } from './envelopes.ts';
import { frontPage } from './front-page.ts';
import { INFO_PROFILES, infoBytes, type ServiceInfo, sha256 } from './info.ts';
import { createInfoQuotes, type QuoteOptions } from './quotes.ts';
import { remembered } from './remembered.ts';
import { audienceAmong, readAttestationRequest } from './request.ts';

/** What an attester service is made from. */
export interface AttesterAppOptions extends ServiceInfo {
  readonly attester: Attester;
  /** Of the same attester: challengers share its quotes. */
  readonly batcher: EnvelopeOptions['batcher'];
  readonly clock: () => Date;
  /** Keys that each statement names. Default: none. */
  readonly keys?: EnvelopeOptions['keys'] | undefined;
  readonly endorsements?: EnvelopeOptions['endorsements'];
  readonly vmConfig?: QuoteOptions['vmConfig'];
  /** Whom evidence may be for. Default: anybody; nobody in particular where evidence is a token of Google. */
  readonly audiences?: readonly string[] | undefined;
  /** Decides that instead, also for who names nobody: a token and its statement are for the same audience. */
  readonly audience?: AudiencePolicy | undefined;
  /** Whether this is a TEE, and what was looked for to know. Default: the attester's own look. */
  readonly detection?: (() => Promise<Detection>) | undefined;
  /**
   * Answers who brings no nonce where evidence has no report data; `?aud=` is its own to read. It keeps strangers
   * from causing evidence each.
   */
  readonly seedAnswer?: ((request: Request) => Promise<Response>) | undefined;
  /** What is mounted beside it, by path: the front page tells of it. */
  readonly more?: Readonly<Record<string, string>> | undefined;
}

/** A look at the platform is good for so long. */
const DETECTION_LIFE_MS = 5000;
const EVIDENCE_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/**
 * The attester service: `/`, `/info`, `/attestation`, `/health`, `/ready`. A challenger's nonce and audience go into a
 * statement that the service makes; without a nonce, evidence is bound to the bytes of `/info`. Report data are never
 * the caller's.
 *
 * @example
 * const app = createAttesterApp({ attester, batcher, name: 'shop', version: '1.0.0', clock: () => new Date() });
 * const answer = await app.request(`/attestation?nonce=${nonce}`);
 */
export function createAttesterApp(options: AttesterAppOptions): Hono {
  const { attester, batcher, clock, name, version, keys = () => [], endorsements, vmConfig, seedAnswer } = options;
  const { more = {} } = options;
  const isToken = attester.name === 'confidential-space';
  const { detection = () => attester.detect(), audiences = isToken ? [] : undefined } = options;
  const { audience = audienceAmong(audiences) } = options;
  const info = infoBytes(options);
  const claims = { name, version, infoSha256: toHex(sha256(info)) };
  const envelopes = createEnvelopes({ batcher, keys, claims, endorsements });
  const quotes = createInfoQuotes({ attester, info, vmConfig, clock });
  const detect = remembered(detection, { lifeMs: DETECTION_LIFE_MS, clock });

  /** What the platform failed at, or that there is none. */
  const onPlatform = async <T>(made: Promise<T>): Promise<T> => {
    try {
      return await made;
    } catch (error) {
      if (error instanceof AssayError && error.code === 'unavailable') expectTee(await detect());
      throw isToken ? launcherProblem(error) : error;
    }
  };

  const app = new Hono();
  app.onError(answerFailure);
  app.notFound(({ req }) => problemResponse(new Problem('not_found', `${req.path}: see / for what there is`)));

  app.get('/', async ({ req }) => {
    const confidential_space_detected = isToken && (await detect()).available;
    return frontPage({ service: name, version, confidential_space_detected, more }, req.header('accept'));
  });
  app.get('/info', (c) => c.body(new Uint8Array(info), 200, { 'content-type': 'application/json' }));
  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/ready', async (c) => {
    expectTee(await detect());
    return c.json({ status: 'ready' });
  });
  app.on(['GET', 'POST'], '/attestation', async ({ req }) => {
    if (seedAnswer !== undefined && asksForNothing(req.raw)) return onPlatform(seedAnswer(req.raw));
    const asked = await readAttestationRequest(req.raw, audience);
    if ('nonce' in asked)
      return new Response(await onPlatform(envelopes(asked, req.raw.signal)), { headers: EVIDENCE_HEADERS });
    if (isToken || seedAnswer !== undefined) {
      const field = asked.profile === undefined ? 'nonce' : 'profile';
      throw new Problem('bad_request', `${field}: a token has no report data; give a nonce alone`, { field });
    }
    const profile = asked.profile ?? INFO_PROFILES[0];
    return new Response(await onPlatform(quotes(profile)), { headers: EVIDENCE_HEADERS });
  });
  for (const path of ['/', '/info', '/health', '/ready']) refuseOthers(app, path, 'GET, HEAD, OPTIONS');
  refuseOthers(app, '/attestation', 'GET, HEAD, POST, OPTIONS');
  return app;
}

/** Neither fresh evidence nor a profile, nor anything misspelt: whoever wants a nonce must not get an answer without. */
function asksForNothing({ method, url }: Request): boolean {
  return method !== 'POST' && [...new URL(url).searchParams.keys()].every((name) => AUDIENCE_NAMES.includes(name));
}

/** Throws a `Problem` that says what was looked for, unless there is a TEE. */
export function expectTee({ available, looked }: Detection): void {
  if (available) return;
  const found = looked.length === 0 ? 'nothing' : looked.join('; ');
  throw new Problem('not_in_tee', `no trusted execution environment was found; looked for: ${found}`);
}

function refuseOthers(app: Hono, path: string, allow: string): void {
  app.options(path, () => new Response(null, { status: 204, headers: { allow } }));
  app.all(path, ({ req }) => {
    throw new Problem('method_not_allowed', `${path}: takes ${allow}, not ${req.method}`, { headers: { allow } });
  });
}
