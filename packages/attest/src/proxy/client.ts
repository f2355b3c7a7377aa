import { toBase64 } from '@assay/verify/codec';
import { type Deadline, within } from '../deadline.ts';
import type { Endpoint } from '../http/endpoint.ts';
import { exchange, type HttpAnswer, type HttpRequest } from '../http/exchange.ts';
import { createLine } from '../line.ts';
import { GUEST_REMEDY, type ProxyStatus, readQuote, readStatus, requireOk } from './answer.ts';
import { type ProxyPlaceOptions, proxyEndpoint, proxyToken } from './place.ts';

/** An attestation proxy: two requests of seed 000's interface. Each throws `AssayError`. */
export interface ProxyClient {
  endpoint(): Endpoint;
  /** `POST /quote`, one at a time. */
  quote(reportData: Uint8Array, deadline: Deadline): Promise<Uint8Array>;
  /** `GET /status`; it needs no token. */
  status(deadline: Deadline): Promise<ProxyStatus>;
  /** The same, unread: whether anybody answers. */
  reach(deadline: Deadline): Promise<HttpAnswer>;
}

const MAX_ANSWER = 262_144;
/** Where the host of the proxy has no name. */
export const HOST =
  'start the container with `--add-host=host.docker.internal:host-gateway`, or set TDX_ATTESTATION_PROXY_URL to an ' +
  'address of the guest';
const LISTENING =
  `set TDX_ATTESTATION_PROXY_URL=http://host.docker.internal:8081 in the guest's containers; ${GUEST_REMEDY}; ` +
  'see that its firewall lets containers reach port 8081';
const SOCKET = 'mount /run/tdx-attestation-proxy.sock into the container, or set TDX_ATTESTATION_PROXY_URL';
const GROUP = 'let this user into the group that the proxy gives raw report data to (`--raw-group`)';
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
  const line = createLine('attestation proxy');
  const endpoint = (): Endpoint => proxyEndpoint(options);
  const send = (request: Pick<HttpRequest, 'method' | 'path' | 'headers' | 'body'>, signal: AbortSignal) =>
    exchange({ endpoint: endpoint(), maxBytes: MAX_ANSWER, signal, remedies: REMEDIES, ...request });
  const reach = (deadline: Deadline): Promise<HttpAnswer> =>
    within(deadline, `${endpoint().shown}/status`, LISTENING, (over) => send({ method: 'GET', path: '/status' }, over));
  return {
    endpoint,
    reach,
    async quote(reportData, deadline) {
      const there = endpoint();
      const what = `${there.shown}/quote`;
      const body = JSON.stringify({ reportData: toBase64(reportData) });
      return within(deadline, what, GUEST_REMEDY, (over) =>
        line(async () => {
          const token = await proxyToken(options, there);
          const headers = {
            'content-type': 'application/json',
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          };
          const answer = await send({ method: 'POST', path: '/quote', headers, body }, over);
          requireOk(answer, what, token);
          return readQuote(answer, what);
        }, over),
      );
    },
    async status(deadline) {
      const what = `${endpoint().shown}/status`;
      const answer = await reach(deadline);
      requireOk(answer, what);
      return readStatus(answer, what);
    },
  };
}
