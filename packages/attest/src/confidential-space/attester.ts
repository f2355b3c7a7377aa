import { setTimeout as pause } from 'node:timers/promises';
import { AssayError } from '@assay/verify';
import { utf8 } from '@assay/verify/codec';
import type { Attester, EvidenceRequest } from '../attester.ts';
import { checkedTimeout, lookDeadline, within } from '../deadline.ts';
import { detection } from '../detection.ts';
import type { Environment } from '../environment.ts';
import { unavailable } from '../failure.ts';
import { parseSocket, type SocketEndpoint } from '../http/endpoint.ts';
import { exchange, type HttpAnswer } from '../http/exchange.ts';
import { troubleOf } from '../http/trouble.ts';
import { createLine } from '../line.ts';
import { carrying, checkedRequest } from '../report-data.ts';
import { confidentialSpaceHealth, isOpen, isThere, NOT_THERE, SOCKET_REMEDIES } from './health.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { checkAudience, type TokenType, tokenRequestBody } from './token-request.ts';

/** Where the launcher listens, and what tokens to ask for. */
export interface ConfidentialSpaceOptions {
  /** Before the variable ASSAY_CONFIDENTIAL_SPACE_SOCKET. Default `/run/container_launcher/teeserver.sock`. */
  readonly socket?: string | undefined;
  readonly environment?: Environment | undefined;
  /** Whom tokens are for, unless a request says so itself. */
  readonly audience?: string | undefined;
  /** Default `PKI`: such a token can be judged without asking anybody. */
  readonly tokenType?: TokenType | undefined;
  /** Waiting in line and retries included; default 10,000: the launcher itself asks Google more than once. */
  readonly timeoutMs?: number | undefined;
  /** Waits before a retry. */
  readonly sleep?: ((milliseconds: number, signal: AbortSignal) => Promise<unknown>) | undefined;
  /** From 0 to 1: spreads retries. */
  readonly random?: (() => number) | undefined;
}

const VARIABLE = 'ASSAY_CONFIDENTIAL_SPACE_SOCKET';
const SOCKET = '/run/container_launcher/teeserver.sock';
const MAX_TOKEN = 131_072;
/** Requests in all, and milliseconds before the second. */
const ATTEMPTS = 3;
const BACKOFF = 500;
/** Troubles on the way that may be gone the next time. */
const PASSING = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Tokens of Google Confidential Space, from the launcher's socket in the container. The report data are in the token as
 * their hash (`tokenNonce`). One request at a time: Google allows a project 5 a second in a region. Throws `usage` for
 * an audience that no token may have.
 */
export function createConfidentialSpaceAttester(options: ConfidentialSpaceOptions = {}): Attester {
  const { socket, environment = {}, audience, tokenType = 'PKI' } = options;
  const { sleep = (milliseconds, signal) => pause(milliseconds, undefined, { signal }), random = Math.random } =
    options;
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 10_000);
  if (audience !== undefined) checkAudience(audience);
  const endpoint =
    socket === undefined ? parseSocket(environment[VARIABLE] || SOCKET, VARIABLE) : parseSocket(socket, 'socket');
  const line = createLine(endpoint.shown);
  const token = async (body: string, signal: AbortSignal): Promise<string> => {
    for (let attempt = 1; ; attempt += 1) {
      const given = await ask(endpoint, body, signal);
      if (typeof given === 'string') return given;
      if (!given.passing || attempt === ATTEMPTS) throw given.error;
      await sleep(BACKOFF * 2 ** (attempt - 1) * (0.5 + random() / 2), signal);
    }
  };
  const evidence = async (request: EvidenceRequest) => {
    const checked = checkedRequest({ ...request, audience: request.audience ?? audience });
    const body = await tokenRequestBody(checked, tokenType);
    const { signal } = checked;
    const given = await within(
      { milliseconds: timeoutMs, signal },
      endpoint.shown,
      'Google Cloud Attestation is slow or cannot be reached: the VM needs an external address or Private Google Access',
      (over) => line(() => token(body, over), over),
    );
    return carrying({ tee: 'confidential-space', evidence: utf8(given) }, checked);
  };
  return {
    name: 'confidential-space',
    detect: (signal) =>
      detection(async (saw) => {
        await within(lookDeadline(timeoutMs, signal), endpoint.shown, NOT_THERE, () => isThere(endpoint));
        await isOpen(endpoint);
        saw(`${endpoint.shown}: there`);
        return true;
      }),
    evidence,
    health: confidentialSpaceHealth(endpoint, (signal) =>
      evidence({ reportData: new Uint8Array(64), audience: 'https://assay.invalid', signal }),
    ),
  };
}

/** A token, or why there is none. */
async function ask(endpoint: SocketEndpoint, body: string, signal: AbortSignal): Promise<string | Refusal> {
  let answer: HttpAnswer;
  try {
    answer = await exchange({
      endpoint,
      method: 'POST',
      path: '/v1/token',
      headers: { 'content-type': 'application/json' },
      body,
      maxBytes: MAX_TOKEN,
      signal,
      remedies: SOCKET_REMEDIES,
    });
  } catch (error) {
    if (error instanceof AssayError && PASSING.has(troubleOf(error) ?? '')) return { error, passing: true };
    throw error;
  }
  if (answer.status !== 200) return refusalOf(answer, endpoint.shown);
  const token = Buffer.from(answer.body).toString('latin1').trim();
  if (TOKEN.test(token)) return token;
  // Not repeated: part of a token may be in it.
  const what = `${endpoint.shown}: the launcher answered ${answer.body.length} bytes that are no token`;
  throw unavailable(what, 'see what listens on that socket');
}
