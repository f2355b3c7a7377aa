import { toBase64 } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import type { StatementQuestion } from '../attester.ts';
import { type Deadline, within } from '../deadline.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { exchange, type HttpAnswer } from '../http/exchange.ts';
import { createLine, type Line } from '../line.ts';
import {
  GUEST_REMEDY,
  type ProxyStatus,
  readEnvelope,
  readQuote,
  readStatus,
  requireOk,
  STATEMENT_REMEDIES,
} from './answer.ts';
import { type ProxyPlaceOptions, proxyEndpoint, proxyToken } from './place.ts';

/** An attestation proxy: the requests of its interface. Each throws `AssayError`. */
export interface ProxyClient {
  endpoint(): Endpoint;
  /** `POST /quote`, one at a time. */
  quote(reportData: Uint8Array, deadline: Deadline): Promise<Uint8Array>;
  /** `POST /attestation`, as the bearer of the token where there is one. What the envelope holds is for others to judge. */
  statement(question: Omit<StatementQuestion, 'signal'>, deadline: Deadline): Promise<Envelope>;
  /** `GET /status`; it needs no token. */
  status(deadline: Deadline): Promise<ProxyStatus>;
  /** The same, unread: whether anybody answers. */
  reach(deadline: Deadline): Promise<HttpAnswer>;
}

const MAX_ANSWER = 262_144;
/** A quote, a statement and a proof; endorsements may come along. */
const MAX_ENVELOPE = 2_097_152;
/** Where the host of the proxy has no name. */
export const HOST =
  'start the container with `--add-host=host.docker.internal:host-gateway`, or set TDX_ATTESTATION_PROXY_URL to an ' +
  'address of the guest';
const LISTENING =
  `set TDX_ATTESTATION_PROXY_URL=http://host.docker.internal:8081 in the guest's containers; ${GUEST_REMEDY}; ` +
  'see that its firewall lets containers reach port 8081';
const SOCKET = 'mount /run/tdx-attestation-proxy.sock into the container, or set TDX_ATTESTATION_PROXY_URL';
const GROUP =
  'let this user into the group that the proxy gives raw report data to (`--raw-group`), or ask for statements at ' +
  'TDX_ATTESTATION_PROXY_URL=http://host.docker.internal:8081';
/** By the name of the system error. */
const REMEDIES = {
  ENOTFOUND: HOST,
  EAI_AGAIN: HOST,
  ECONNREFUSED: LISTENING,
  ETIMEDOUT: LISTENING,
  EHOSTUNREACH: LISTENING,
  ENETUNREACH: LISTENING,
  ENOENT: SOCKET,
  ENOTDIR: SOCKET,
  EACCES: GROUP,
  EPERM: GROUP,
};

/** A client of the proxy at the place that the options name. */
export function createProxyClient(options: ProxyPlaceOptions): ProxyClient {
  const quotes = createLine('attestation proxy');
  // The proxy makes one quote for all statements that wait: they come together.
  const statements = createLine('attestation proxy', { atOnce: 16 });
  const endpoint = (): Endpoint => proxyEndpoint(options);
  const reach = (deadline: Deadline): Promise<HttpAnswer> => {
    const there = endpoint();
    const request = {
      endpoint: there,
      method: 'GET',
      path: '/status',
      maxBytes: MAX_ANSWER,
      remedies: REMEDIES,
    } as const;
    return within(deadline, `${there.shown}/status`, LISTENING, (signal) => exchange({ ...request, signal }));
  };
  const post = async <T>({ line, path, maxBytes, remedies, read }: Post<T>, body: object, deadline: Deadline) => {
    const there = endpoint();
    const what = there.shown + path;
    // Before anybody waits: the caller may change what it gave.
    const text = JSON.stringify(body);
    return within(deadline, what, GUEST_REMEDY, (signal) =>
      line(async () => {
        const token = await proxyToken(options, there);
        const headers = {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        };
        const request = { endpoint: there, method: 'POST', path, headers, body: text, maxBytes } as const;
        const answer = await exchange({ ...request, signal, remedies: REMEDIES });
        requireOk(answer, what, token, remedies);
        return read(answer, what);
      }, signal),
    );
  };
  return {
    endpoint,
    reach,
    quote: (reportData, deadline) => {
      const asked = { line: quotes, path: '/quote', maxBytes: MAX_ANSWER, read: readQuote };
      return post(asked, { reportData: toBase64(reportData) }, deadline);
    },
    statement: ({ nonce, aud, keys }, deadline) => {
      const answered = { maxBytes: MAX_ENVELOPE, remedies: STATEMENT_REMEDIES, read: readEnvelope };
      return post({ line: statements, path: '/attestation', ...answered }, { nonce, aud, keys }, deadline);
    },
    async status(deadline) {
      const what = `${endpoint().shown}/status`;
      const answer = await reach(deadline);
      requireOk(answer, what);
      return readStatus(answer, what);
    },
  };
}

/** One kind of request that has a body. */
interface Post<T> {
  readonly line: Line;
  readonly path: string;
  readonly maxBytes: number;
  readonly remedies?: Readonly<Record<number, string>>;
  readonly read: (answer: HttpAnswer, what: string) => T;
}
