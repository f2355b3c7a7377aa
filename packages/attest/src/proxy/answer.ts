import { AssayError } from '@assay/verify';
import { fromBase64, fromUtf8, type JsonObject, parseJsonObject } from '@assay/verify/codec';
import { type Envelope, parseEnvelope } from '@assay/verify/evidence';
import { unavailable } from '../failure.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import { said } from '../http/said.ts';

/** What the proxy says of itself. */
export interface ProxyStatus {
  readonly available: boolean;
  /** Its other members that tell where a quote would come from, one line. */
  readonly told: string;
}

const NO_PROXY = 'see whether that is an attestation proxy: `curl http://localhost:8081/status` in the guest';
/** What the proxy's operator looks at. */
export const GUEST_REMEDY =
  'in the guest, see `systemctl status tdx-attestation-proxy`, `journalctl -u tdx-attestation-proxy`, ' +
  '`mount | grep configfs` and `curl http://localhost:8081/status`';
const REMEDIES: Readonly<Record<number, string>> = {
  401: 'give the token of the proxy: mount its token file into the container, and name it in ASSAY_PROXY_TOKEN_FILE',
  403:
    'the proxy gives raw report data on its Unix socket only: mount /run/tdx-attestation-proxy.sock, let this user into ' +
    'its group, and set TDX_ATTESTATION_PROXY_URL=unix:/run/tdx-attestation-proxy.sock, or ask for a statement as the ' +
    'bearer of its token (ASSAY_PROXY_TOKEN_FILE)',
  404: NO_PROXY,
  405: NO_PROXY,
  429: 'ask again later, or ask for one quote for many (batching)',
  500: GUEST_REMEDY,
  502: GUEST_REMEDY,
  503: GUEST_REMEDY,
};

/** What differs for statements. */
export const STATEMENT_REMEDIES: Readonly<Record<number, string>> = {
  400: 'change the member that it names',
  403: 'see what rights the proxy gives to whom: `curl http://localhost:8081/status` in the guest',
  413: 'name fewer keys',
  429: 'ask again later, or show the token of the proxy: its bearer is not limited',
};

/** The quote of an answer to `POST /quote`. Its measurements are passed over: they are read from the quote itself. */
export function readQuote(answer: HttpAnswer, what: string): Uint8Array {
  const { quote, quote_size: size } = read(answer, what);
  if (typeof quote !== 'string') throw unavailable(`${what}: quote: expected base64, found ${typeof quote}`, NO_PROXY);
  const bytes = reading(what, () => fromBase64(quote, 'quote'));
  if (size !== undefined && size !== bytes.length)
    throw unavailable(`${what}: quote_size is not ${bytes.length}, the length of the quote`, NO_PROXY);
  return bytes;
}

/** The envelope of an answer to `POST /attestation`. */
export function readEnvelope({ body }: HttpAnswer, what: string): Envelope {
  return reading(what, () => parseEnvelope(fromUtf8(body, 'answer')));
}

/** The status of an answer to `GET /status`. */
export function readStatus(answer: HttpAnswer, what: string): ProxyStatus {
  const status = read(answer, what);
  const { available } = status;
  if (typeof available !== 'boolean')
    throw unavailable(`${what}: available: expected true or false, found ${typeof available}`, NO_PROXY);
  const told = ['provider', 'tsm_available', 'tdx_guest_device', 'libtdx_attest', 'tsm_error'].flatMap((name) => {
    const value = Object.hasOwn(status, name) ? status[name] : undefined;
    return typeof value === 'boolean' || typeof value === 'string' ? [`${name} ${said(String(value))}`] : [];
  });
  return { available, told: [`available: ${available}`, ...told].join(', ') };
}

/** Throws `unavailable` for an answer other than 200, with what the proxy says; `secret` is not repeated. */
export function requireOk({ status, body }: HttpAnswer, what: string, secret?: string, remedies = REMEDIES): void {
  if (status === 200) return;
  const text = Buffer.from(body).toString('utf8');
  const reason = said(reasonIn(text), secret);
  const found = `${what}: the proxy answered ${status}${reason === '' ? '' : `: ${reason}`}`;
  throw unavailable(found, remedies[status] ?? REMEDIES[status] ?? NO_PROXY);
}

/** `error` of the proxy's own answers, `detail` or `title` of problem details (RFC 9457). */
function reasonIn(text: string): string {
  try {
    const { error, detail, title } = parseJsonObject(text);
    return [error, detail, title].find((member) => typeof member === 'string') ?? '';
  } catch {
    return '';
  }
}

function read({ body }: HttpAnswer, what: string): JsonObject {
  return reading(what, () => parseJsonObject(fromUtf8(body, 'answer'), 'answer'));
}

function reading<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    throw unavailable(`${what}: ${error.message}`, NO_PROXY, error);
  }
}
