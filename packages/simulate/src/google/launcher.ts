import { createTurnstile, type Quota, type Turnstile } from '../quota.ts';
import { readBody } from '../read-body.ts';
import { applyFlaw, type TokenFlaw } from './flaw.ts';
import type { TokenObject, TokenProfile } from './profile.ts';
import {
  describeServiceError,
  limitsOf,
  QUOTA_EXCEEDED,
  type ServiceError,
  SNP_UNSUPPORTED,
  STS_AUDIENCE,
} from './service-error.ts';
import { mintToken, type TokenOptions } from './token.ts';
import { decodeTokenRequest } from './token-request.ts';
import type { GoogleVendor } from './vendor.ts';

/** What goes wrong with one request. */
export type LauncherFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** The attestation service refuses. */
  | { readonly kind: 'service'; readonly error: ServiceError }
  | { readonly kind: 'token'; readonly flaw: TokenFlaw }
  /** The launcher has no client of the service. */
  | { readonly kind: 'no-client' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** No answer until the caller gives up. */
  | { readonly kind: 'hang' }
  /** The connection breaks amid the token. */
  | { readonly kind: 'half' };

/** The VM on which the launcher runs, and what goes wrong there. */
export interface LauncherOptions {
  /** `sev-snp` is a VM whose evidence the service does not take. Default `sev`. */
  readonly profile?: TokenProfile | 'sev-snp';
  readonly region?: string;
  /** Time of tokens and of the quota. Default: the vendor's. */
  readonly clock?: () => Date;
  /** Google's is 5 requests a second; default none. */
  readonly quota?: Quota;
  /** Changes claims of every token. */
  readonly claims?: (claims: TokenObject) => TokenObject;
  /** Asked once for each request. */
  readonly fault?: (request: Request) => LauncherFault | undefined;
}

const MAX_BODY = 1_048_576;
const TOO_LARGE = 'failed to parse POST body as TokenOptions: http: request body too large';
const CUSTOM = 'failed to retrieve custom attestation service token: ';
const DEFAULT = 'failed to retrieve attestation service token: ';
const NO_GCA = 'no GCA verifier client present, please try rebooting your VM';
const NO_ITA = 'no ITA verifier client present - ensure ITA Region and Key are defined in metadata';
/** What this launcher has not: status, body. The first is asked with POST. */
const ABSENT: Readonly<Record<string, readonly [status: number, body: string]>> = {
  '/v1/evidence': [500, 'attestation evidence is disabled'],
  '/v1/keys:getEndorsement': [403, 'keymanager not enabled'],
  '/v1/hostAttestation': [403, 'host attestation not enabled'],
};

/** What a listener needs to know, which reads bodies itself: how long one may be, and what the launcher says to a longer one. */
export const launcherLimits = {
  maxBody: MAX_BODY,
  tooLarge: (): Response => answer(400, TOO_LARGE),
} as const;

/** The launcher's socket as a fetch handler: `/v1/token` of Google Cloud Attestation, refusals for the rest. */
export function createLauncher(
  vendor: GoogleVendor | (() => GoogleVendor),
  options: LauncherOptions = {},
): (request: Request) => Promise<Response> {
  const current = typeof vendor === 'function' ? vendor : () => vendor;
  const clock = options.clock ?? (() => current().now);
  const turnstile = createTurnstile(options.quota, clock);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const absent = Object.hasOwn(ABSENT, pathname) ? ABSENT[pathname] : undefined;
    if (absent !== undefined) return refuseAbsent(request, pathname, absent);
    if (pathname === '/v1/intel/token') return answer(500, NO_ITA);
    if (pathname !== '/v1/token') return notFound();
    const fault = options.fault?.(request);
    const early = await suffer(fault, request.signal);
    if (early !== undefined) return early;
    const token = await attest(request, { vendor: current(), options, now: clock(), turnstile, fault });
    return fault?.kind === 'half' && token.ok ? half(await token.text()) : token;
  };
}

async function suffer(fault: LauncherFault | undefined, signal: AbortSignal): Promise<Response | undefined> {
  if (fault?.kind === 'answer') return answer(fault.status, fault.body);
  if (fault?.kind === 'no-client') return answer(500, NO_GCA);
  if (fault?.kind === 'delay') await pause(signal, fault.milliseconds);
  if (fault?.kind === 'hang') await pause(signal);
  return undefined;
}

interface Occasion {
  readonly vendor: GoogleVendor;
  readonly options: LauncherOptions;
  readonly now: Date;
  readonly turnstile: Turnstile;
  readonly fault: LauncherFault | undefined;
}

async function attest(request: Request, occasion: Occasion): Promise<Response> {
  if (request.method === 'GET') return serve(occasion, DEFAULT, undefined, { type: 'OIDC', audience: STS_AUDIENCE });
  if (request.method !== 'POST') return answer(400, `TEE server received an invalid HTTP method: ${request.method}`);
  const body = await readBody(request, MAX_BODY);
  if (body === undefined) return answer(400, TOO_LARGE);
  const decoded = decodeTokenRequest(body);
  if ('error' in decoded) return answer(400, `failed to parse POST body as TokenOptions: ${decoded.error}`);
  const { audience, nonces, tokenType } = decoded.request;
  if (audience === '') return answer(400, 'use GET request for the default identity token');
  if (tokenType === '') return answer(400, 'token_type is a required parameter');
  const aws = tokenType === 'LIMITED_AWS' || tokenType === 'AWS_PRINCIPALTAGS';
  return serve(occasion, CUSTOM, limitsOf(decoded.request), {
    // The service takes a type that it does not know for none, and its default is OIDC.
    type: tokenType === 'PKI' ? 'PKI' : 'OIDC',
    audience,
    nonces,
    ...(aws && { claims: withPrincipalTags }),
  });
}

async function serve(
  { vendor, options, now, turnstile, fault }: Occasion,
  prefix: string,
  limit: ServiceError | undefined,
  wanted: TokenOptions,
): Promise<Response> {
  const { profile = 'sev', region = 'us-west1', claims = (all) => all } = options;
  const refused = turnstile() > 0 ? QUOTA_EXCEEDED : fault?.kind === 'service' ? fault.error : limit;
  const error = refused ?? (profile === 'sev-snp' ? SNP_UNSUPPORTED : undefined);
  if (error !== undefined || profile === 'sev-snp')
    return answer(500, prefix + describeServiceError(error ?? SNP_UNSUPPORTED, region));
  const changed = (all: TokenObject): TokenObject => claims(wanted.claims?.(all) ?? all);
  const token = { ...wanted, profile, issuedAt: now, claims: changed };
  const [minter, flawed] =
    fault?.kind === 'token' ? await applyFlaw(vendor, token, fault.flaw) : ([vendor, token] as const);
  return answer(200, await mintToken(minter, flawed));
}

/** The tags by which AWS grants access; nobody signed the simulated image, so they name its digest. */
function withPrincipalTags(claims: TokenObject): TokenObject {
  const at = (...path: readonly string[]): unknown =>
    path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), claims);
  const support = at('submods', 'confidential_space', 'support_attributes');
  const tags = {
    'confidential_space.support_attributes': Array.isArray(support) ? support.join('=') : undefined,
    'container.image_digest': at('submods', 'container', 'image_digest'),
    'gce.project_id': at('submods', 'gce', 'project_id'),
    'gce.zone': at('submods', 'gce', 'zone'),
    hwmodel: at('hwmodel'),
    swname: at('swname'),
    swversion: at('swversion', '0'),
  };
  const listed = Object.entries(tags).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]]));
  return { ...claims, 'https://aws.amazon.com/tags': { principal_tags: Object.fromEntries(listed) } };
}

function isObject(value: unknown): value is TokenObject {
  return typeof value === 'object' && value !== null;
}

function answer(status: number, body: string): Response {
  return new Response(body, { status, headers: { 'content-type': 'text/html' } });
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

function refuseAbsent(
  { method }: Request,
  path: string,
  [status, body]: readonly [status: number, body: string],
): Response {
  if (path === '/v1/evidence' && method !== 'POST')
    return new Response('method not allowed', { status: 405, headers: PLAIN });
  return new Response(body, { status, headers: PLAIN });
}

/** As Go's server writes it, with a line feed. */
function notFound(): Response {
  return new Response('404 page not found\n', {
    status: 404,
    headers: { ...PLAIN, 'x-content-type-options': 'nosniff' },
  });
}

function half(token: string): Response {
  const bytes = new TextEncoder().encode(token.slice(0, token.length / 2));
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (sent) controller.error(new Error('the connection broke, as asked'));
      else controller.enqueue(bytes);
      sent = true;
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/html' } });
}

/** Waits for a time, or for ever; rejects when the caller gives up. */
function pause(signal: AbortSignal, milliseconds?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Error('the caller gave up'));
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
