import { AssayError } from '@assay/verify';
import { asObject, fromUtf8, type Json, type JsonObject, parseJson, parseJsonObject } from '@assay/verify/codec';
import { unavailable } from '../failure.ts';
import { exchange } from '../http/exchange.ts';
import { said } from '../http/said.ts';
import { type Remedies, troubleOf } from '../http/trouble.ts';
import type { Place } from './place.ts';

/** One call of a guest agent: a POST of JSON. */
export interface Call {
  /** Below the endpoint: `/GetQuote`, `/v1/Info`, `/prpc/Tappd.Info`. */
  readonly path: string;
  readonly request: JsonObject;
  /** The longest answer that is read. */
  readonly maxBytes: number;
  /** True where a call that was answered twice does no harm: a connection that breaks is tried once more. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}

/** What came back, whatever its status. */
export interface Reply {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Limits of answers in bytes: quotes and `Info` carry event log and app-compose. */
export const MAX_LARGE_ANSWER = 8_388_608;
export const MAX_SMALL_ANSWER = 65_536;

const ABSENT = 'in a dstack app mount /var/run/dstack.sock into the container; elsewhere start `assay simulate dstack`';
const REMEDIES: Remedies = {
  ENOENT: ABSENT,
  ENOTDIR: ABSENT,
  ECONNREFUSED: `start the guest agent: the socket may be left from one that ended; ${ABSENT}`,
  EACCES: 'run as a user that may open the socket of the guest agent',
};

/** Calls a guest agent. Throws `unavailable` when no answer comes, and the signal's reason when that aborts. */
export async function post(place: Place, call: Call): Promise<Reply> {
  try {
    return await postOnce(place, call);
  } catch (error) {
    const broken = ['ECONNRESET', 'EPIPE'].includes(troubleOf(error) ?? '');
    if (!broken || !call.repeatable) throw error;
    return postOnce(place, call);
  }
}

function postOnce({ endpoint, bearer }: Place, { path, request, maxBytes, signal }: Call): Promise<Reply> {
  const headers = {
    'content-type': 'application/json',
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  };
  const body = JSON.stringify(request);
  return exchange({ endpoint, method: 'POST', path, headers, body, maxBytes, signal, remedies: REMEDIES });
}

/** The answer of a successful call. Throws `unavailable` for another status, with what the agent says, and for no JSON. */
export function readReply({ bearer }: Place, what: string, { status, body }: Reply): Json {
  if (status !== 200) {
    const error = agentError(body);
    const message = error === undefined ? '' : `: ${said(error, bearer)}`;
    throw unavailable(`${what}: HTTP ${status}${message}`, remedyFor(status), undefined, {
      field: 'status',
      actual: `${status}`,
    });
  }
  return reading(what, () => parseJson(fromUtf8(body, 'the answer'), 'the answer'));
}

/** The `error` of an agent's refusal `{"error": "…"}`, as it came; undefined for any other body. */
export function agentError(body: Uint8Array): string | undefined {
  try {
    const { error } = parseJsonObject(fromUtf8(body));
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

/** The object that an answer must be. Throws `unavailable`. */
export function objectOf(what: string, answer: Json): JsonObject {
  return reading(what, () => asObject(answer, 'the answer'));
}

/** Reads what an agent answered: what does not parse is the agent's failure, not the caller's. */
export function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw agentFault(what, error);
  }
}

/** The agent's failure for what does not parse; any other error as it is. */
export function agentFault(what: string, error: unknown): unknown {
  if (!(error instanceof AssayError) || error.code !== 'malformed') return error;
  return unavailable(`${what}: ${error.message}`, 'see whether that is a guest agent of dstack', error);
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'check PHALA_API_KEY and what it allows';
  if (status >= 300 && status < 400) return 'give the address that it redirects to: nothing is followed';
  return 'look at the log of the guest agent';
}
