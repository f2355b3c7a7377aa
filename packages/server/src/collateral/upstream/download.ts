import { AssayError } from '@assay/verify';
import { boundedBody } from '../../response/bounded-body.ts';
import { isSafe } from './endpoint.ts';

/** What a service answered. */
export interface Answer {
  readonly url: URL;
  /** The option that named the service. */
  readonly field: string;
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** Limits of a download, and what it needs of its surroundings. */
export interface DownloadOptions {
  /** The option that names the service, for messages. */
  readonly field: string;
  /** Waits for some milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly now: () => Date;
  /** Tells people why it takes longer. */
  readonly report: (message: string) => void;
  /** Tells people how far it is. */
  readonly progress?: (answer: Answer) => void;
  /** Time for one attempt, headers and body, in milliseconds. Default 15 s. */
  readonly timeout?: number;
  /** Largest body in bytes. Default 1 MiB: the largest document, a CRL, has less than 100 kB. */
  readonly maxBytes?: number;
  /** Statuses besides 200 that are an answer and not a failure. */
  readonly accept?: readonly number[];
  /** How often a service that fails is asked. Default 4. */
  readonly attempts?: number;
  /** How requests are sent; default over the network. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

const ATTEMPTS = 4;
const TIMEOUT = 15_000;
const MAX_BYTES = 1_048_576;
const MAX_REDIRECTS = 3;
/** First pause between attempts in milliseconds; it doubles. */
const PAUSE = 500;
/** The longest Retry-After that is waited for, in milliseconds. */
const LONGEST_WAIT = 30_000;

/** Fetches one document: bounded attempts, time and size; redirects stay on the host. Throws `unavailable`. */
export async function download(url: URL, options: DownloadOptions): Promise<Answer> {
  const { attempts = ATTEMPTS, field } = options;
  const at = { url, field };
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await once(url, options);
    if ('answer' in outcome) {
      options.progress?.(outcome.answer);
      return outcome.answer;
    }
    const wait = outcome.retryAfter ?? PAUSE * 2 ** (attempt - 1);
    if (!outcome.again || attempt >= attempts) throw unavailable(at, outcome.reason);
    if (wait > LONGEST_WAIT) {
      throw unavailable(at, `${outcome.reason}; the service asks for ${Math.ceil(wait / 1000)} s of patience`);
    }
    options.report(`${url.host}: ${outcome.reason}; attempt ${attempt + 1} of ${attempts} in ${wait / 1000} s`);
    await options.sleep(wait);
  }
}

/** An error for an endorsement that could not be had. */
export function unavailable({ url, field }: Pick<Answer, 'url' | 'field'>, reason: string): AssayError {
  return new AssayError('unavailable', `${url.origin}${url.pathname}: ${reason}`, { field, actual: reason });
}

type Outcome =
  | { readonly answer: Answer }
  | { readonly reason: string; readonly again: boolean; readonly retryAfter?: number };

const failed = (reason: string, again: boolean): Outcome => ({ reason, again });

async function once(start: URL, options: DownloadOptions): Promise<Outcome> {
  const signal = AbortSignal.timeout(options.timeout ?? TIMEOUT);
  const send = options.fetch ?? fetch;
  let url = start;
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const response = await send(url, { redirect: 'manual', signal, headers: { accept: '*/*' } });
      if (!isRedirect(response.status)) return await outcomeOf(url, response, options, signal);
      await response.body?.cancel();
      const location = response.headers.get('location');
      const target = location === null ? null : URL.parse(location, url.href);
      if (target === null) return failed(`redirected (${response.status}) without an address`, false);
      if (target.host !== start.host || !isSafe(target)) {
        return failed(`redirected to another host (${target.origin}), which is refused`, false);
      }
      url = target;
    }
    return failed(`more than ${MAX_REDIRECTS} redirects`, false);
  } catch (error) {
    return failed(...networkReason(error, signal, options.timeout ?? TIMEOUT));
  }
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

async function outcomeOf(
  url: URL,
  response: Response,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const { status, headers } = response;
  if (status === 200 || options.accept?.includes(status)) {
    const limit = options.maxBytes ?? MAX_BYTES;
    const bytes = await boundedBody(response.body, limit, signal);
    if (bytes === undefined) return failed(`the answer is larger than ${limit} bytes`, false);
    return { answer: { url, field: options.field, status, headers, bytes } };
  }
  await response.body?.cancel();
  const again = status === 408 || status === 429 || status >= 500;
  const retryAfter = again ? retryAfterOf(headers.get('retry-after'), options.now()) : undefined;
  return { reason: statusReason(status), again, ...(retryAfter !== undefined && { retryAfter }) };
}

/** Milliseconds of a Retry-After header: seconds or a date (RFC 9110 section 10.2.3). */
function retryAfterOf(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

function statusReason(status: number): string {
  const meaning = MEANINGS[status];
  return meaning === undefined ? `answered ${status}` : `answered ${status}: ${meaning}`;
}

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'the request is not one that the service knows',
  401: 'the service wants a key',
  403: 'the service refuses us',
  404: 'the service does not have it',
  410: 'this evaluation data number is too old',
  429: 'too many requests',
};

function networkReason(error: unknown, signal: AbortSignal, timeout: number): [reason: string, again: boolean] {
  if (signal.aborted) return [`no complete answer within ${timeout / 1000} s`, true];
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME|SIGNATURE/.test(code)) {
    return [`its TLS certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names your own CA's file`, false];
  }
  return [`no connection (${code === '' ? 'broken off' : code})`, true];
}
