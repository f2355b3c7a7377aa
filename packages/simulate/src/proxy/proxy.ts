import { createHash, timingSafeEqual } from 'node:crypto';
import { AssayError, Checklist } from '@assay/verify';
import { fromBase64, fromHex, fromUtf8, parseJsonObject, toBase64 } from '@assay/verify/codec';
import { tdx } from '@assay/verify/tdx';
import type { Handler } from '../listen.ts';
import { readBody } from '../read-body.ts';
import type { QuoteSource } from '../software/source.ts';

/** What goes wrong with one request. */
export type ProxyFault =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  /** The answer to a quote has other members, or members of other values. */
  | { readonly kind: 'members'; readonly change: (right: ProxyQuote) => object }
  /** No quote can be made: as where configfs-TSM fails. */
  | { readonly kind: 'no-quote' }
  /** No answer until the caller gives up. */
  | { readonly kind: 'hang' };

/** What the proxy answers to a quote: base64, hex, bytes. */
export interface ProxyQuote {
  readonly quote: string;
  readonly quote_size: number;
  readonly report_data: string;
  readonly measurements: Readonly<Record<'mrtd' | 'rtmr0' | 'rtmr1' | 'rtmr2' | 'rtmr3', string>>;
}

/** Who may ask, and what goes wrong. */
export interface AttestationProxyOptions {
  /** Whoever asks for a quote shows this bearer; default: anyone may ask. */
  readonly token?: string;
  /** Default true; `GET /status` says so. */
  readonly available?: boolean;
  /** Asked once for each request. */
  readonly fault?: (request: Request) => ProxyFault | undefined;
}

const MAX_BODY = 4096;
const REPORT_DATA = 64;

/** A refusal: status and text. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The attestation proxy of a TDX guest as a fetch handler: `GET /status`, `GET /quote` (optionally
 * `?report_data=` of 128 hex digits) and `POST /quote` `{"reportData": base64}`. Without report data they are 64 zeros;
 * otherwise exactly 64 bytes, or 400. It quotes whatever it is asked: for the loopback only.
 */
export function createAttestationProxy(source: QuoteSource, options: AttestationProxyOptions = {}): Handler {
  if (source.tee !== 'tdx') throw new Error(`source: expected a TD, found ${source.tee}`);
  const { token, available = true, fault: faultOf = () => undefined } = options;
  return async (request) => {
    const fault = faultOf(request);
    if (fault?.kind === 'answer') return new Response(fault.body, { status: fault.status });
    if (fault?.kind === 'hang') await abortOf(request.signal);
    const { pathname, searchParams } = new URL(request.url);
    const { method } = request;
    try {
      if (method === 'GET' && pathname === '/status') return json(200, statusOf(available));
      if (pathname !== '/quote' || (method !== 'GET' && method !== 'POST')) return new Response(null, { status: 404 });
      authorise(request, token);
      const reportData = method === 'GET' ? fromQuery(searchParams) : await fromBody(request);
      if (!available || fault?.kind === 'no-quote') throw new Refusal(503, 'Failed to generate TDX quote');
      const right = answerOf(await source.quote(reportData), reportData);
      return json(200, fault?.kind === 'members' ? fault.change(right) : right);
    } catch (error) {
      if (error instanceof Refusal) return json(error.status, { error: error.message });
      if (error instanceof AssayError) return json(400, { error: error.message });
      throw error;
    }
  };
}

function statusOf(available: boolean): object {
  return {
    available,
    simulated: true,
    tsm_path: '/sys/kernel/config/tsm/report',
    tsm_available: available,
    tdx_guest_device: available,
    libtdx_attest: false,
    device: available ? '/dev/tdx_guest' : null,
  };
}

function answerOf(quote: Uint8Array, reportData: Uint8Array): ProxyQuote {
  const measured = tdx.parse(quote, new Checklist(tdx.checks))?.claims.measurements ?? {};
  const register = (name: string): string => {
    const value = measured[name];
    if (value === undefined) throw new Error(`source: its quote has no ${name}`);
    return value;
  };
  return {
    quote: toBase64(quote),
    quote_size: quote.length,
    report_data: toBase64(reportData),
    measurements: {
      mrtd: register('mrtd'),
      rtmr0: register('rtmr0'),
      rtmr1: register('rtmr1'),
      rtmr2: register('rtmr2'),
      rtmr3: register('rtmr3'),
    },
  };
}

function authorise(request: Request, token: string | undefined): void {
  if (token === undefined) return;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const shown = request.headers.get('authorization') ?? '';
  if (!timingSafeEqual(digest(shown), digest(`Bearer ${token}`))) throw new Refusal(401, 'a bearer token is needed');
}

function fromQuery(query: URLSearchParams): Uint8Array {
  const [first, ...more] = query.getAll('report_data');
  if (query.size > (first === undefined ? 0 : 1) || more.length > 0) throw new Refusal(400, 'unknown query');
  return first === undefined ? new Uint8Array(REPORT_DATA) : exact(fromHex(first, 'report_data'), 'report_data');
}

async function fromBody(request: Request): Promise<Uint8Array> {
  const body = await readBody(request, MAX_BODY);
  if (body === undefined) throw new Refusal(413, `the body is longer than ${MAX_BODY} bytes`);
  if (body.length === 0) return new Uint8Array(REPORT_DATA);
  const { reportData, ...others } = parseJsonObject(fromUtf8(body, 'body'), 'body');
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Refusal(400, 'unknown member beside reportData');
  if (reportData === undefined) return new Uint8Array(REPORT_DATA);
  if (typeof reportData !== 'string') throw new Refusal(400, 'reportData: expected base64');
  return exact(fromBase64(reportData, 'reportData'), 'reportData');
}

function exact(bytes: Uint8Array, field: string): Uint8Array {
  if (bytes.length !== REPORT_DATA)
    throw new Refusal(400, `${field}: expected ${REPORT_DATA} bytes, found ${bytes.length}`);
  return bytes;
}

function json(status: number, body: object): Response {
  return Response.json(body, { status });
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error('the caller gave up'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
