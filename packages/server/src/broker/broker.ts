import { AssayError } from '@assay/verify';
import { bytesAnswer, errorAnswer } from './answer.ts';
import { readBody } from './body.ts';
import { isMethodName, parseRpcPath } from './rpc-path.ts';
import { askUpstream, parseUpstream, type UpstreamAnswer } from './upstream.ts';

/** Which guest agent is asked, and for what. */
export interface BrokerOptions {
  /** The guest agent: the path of its socket, `unix:PATH`, `http://…` or `https://…`. */
  readonly upstream: string;
  /** Methods that callers may use, of whichever API has them. Default `QUOTE_ONLY`. */
  readonly allow?: readonly string[];
  /** For one request, its body included. Default 60,000. */
  readonly timeoutMs?: number;
}

/**
 * Methods that make evidence or say what the guest is. None gives a key or a certificate (`GetKey`, `GetTlsKey`,
 * `IssueCert`, `DeriveKey`, `DeriveK256Key`), signs (`Sign`), or changes what later quotes say (`EmitEvent`).
 */
export const QUOTE_ONLY: readonly string[] = ['Attest', 'GetQuote', 'Info', 'RawQuote', 'TdxQuote', 'Version'];

/** Longest query, in characters, longest body and longest answer, in bytes. */
const MAX_QUERY = 8_192;
const MAX_BODY = 1_048_576;
const MAX_ANSWER = 4_194_304;
/** Requests that the guest agent works on at a time; more are refused. */
const MAX_ASKED = 32;
/** The longest that timers take, in milliseconds: with more they end at once. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/**
 * A guest agent's socket for containers that must not have its keys: only allowed methods get through (dstack, sections
 * 1.1–1.4). Whoever reaches it still chooses report data freely: with `QUOTE_ONLY`, too, it can have a statement, an
 * RA-TLS certificate or a key of its own quoted as if the guest's app had said so. Give it only to containers whose
 * words may count as the app's, and use no attester with statement keys beside it. Throws `usage` for a wrong option.
 *
 * @example
 * const broker = createBroker({ upstream: '/var/run/dstack.sock' });
 */
export function createBroker(options: BrokerOptions): (request: Request) => Promise<Response> {
  const { allow = QUOTE_ONLY, timeoutMs = 60_000 } = options;
  const upstream = parseUpstream(options.upstream);
  const allowed = checkedMethods(allow);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT)
    throw usage(`timeoutMs: expected a whole number from 1 to ${MAX_TIMEOUT}, found ${timeoutMs}`, 'timeoutMs');
  let asked = 0;

  const forward = async (request: Request, path: string, signal: AbortSignal): Promise<Response> => {
    const body = await readBody(request, MAX_BODY, signal);
    if (body === undefined) return errorAnswer(413, `payload too large: this broker takes ${MAX_BODY} bytes`);
    if (asked >= MAX_ASKED)
      return errorAnswer(503, 'too many requests of the guest agent at a time; ask again', { 'retry-after': '1' });
    asked += 1;
    try {
      const method = request.method === 'GET' ? 'GET' : 'POST';
      const headers = passedOn(request.headers);
      return answered(await askUpstream(upstream, { method, path, headers, body, maxAnswer: MAX_ANSWER, signal }));
    } finally {
      asked -= 1;
    }
  };

  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const rpc = parseRpcPath(pathname);
    if (rpc === undefined) return errorAnswer(404, 'this path names no method of a guest agent');
    if (!allowed.has(rpc.method))
      return errorAnswer(403, `${rpc.method} is not allowed by this broker; allowed: ${[...allowed].join(', ')}`);
    if (request.method !== 'GET' && request.method !== 'POST')
      return errorAnswer(405, 'expected GET or POST', { allow: 'GET, POST' });
    if (search.length > MAX_QUERY) return errorAnswer(414, `the query is longer than ${MAX_QUERY} characters`);
    const over = new AbortController();
    const callOff = (): void => over.abort(request.signal.reason);
    const timer = setTimeout(() => over.abort(new DOMException('too late', 'TimeoutError')), timeoutMs);
    request.signal.addEventListener('abort', callOff, { once: true });
    try {
      return await forward(request, rpc.path + search, over.signal);
    } catch (error) {
      return troubleAnswer(error, timeoutMs);
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', callOff);
    }
  };
}

function checkedMethods(allow: readonly string[]): ReadonlySet<string> {
  const wrong = allow.find((name) => !isMethodName(name));
  if (wrong === undefined && allow.length > 0) return new Set(allow.toSorted());
  const found = wrong === undefined ? 'an empty list' : JSON.stringify(wrong.slice(0, 64));
  throw usage(`allow: expected names of methods such as GetQuote, found ${found}`, 'allow');
}

function usage(message: string, field: string): AssayError {
  return new AssayError('usage', message, { field });
}

/** The two headers by which an agent decides in which form it reads and answers. */
function passedOn(headers: Headers): Readonly<Record<string, string>> {
  const pairs = ['content-type', 'accept'].map((name) => [name, headers.get(name)] as const);
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function answered({ status, contentType, body }: UpstreamAnswer): Response {
  if (status < 200 || status > 599) return errorAnswer(502, 'the guest agent answered with a status that HTTP lacks');
  return bytesAnswer(status, body, contentType === undefined ? {} : { 'content-type': contentType });
}

/** System errors that say that nobody is there to answer. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

function troubleAnswer(error: unknown, timeoutMs: number): Response {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return errorAnswer(503, `no answer of the guest agent within ${timeoutMs} ms; ask again`);
  if (error instanceof RangeError) return errorAnswer(502, `the guest agent's answer is ${error.message}`);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && ABSENT.includes(code))
    return errorAnswer(
      503,
      `the guest agent cannot be reached (${code}); is its socket mounted, and may it be opened?`,
    );
  return errorAnswer(502, `the guest agent's answer broke off or is not HTTP (${code ?? 'unknown'})`);
}
