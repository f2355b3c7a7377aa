import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { addressBytes } from '../announce/address.ts';
import type { Tracker } from '../announce/announce.ts';
import { announceAnswer, failureAnswer } from '../announce/answer.ts';
import { readAnnounceQuery } from '../announce/query.ts';
import { scrapeAnswer } from '../scrape/answer.ts';
import { readScrapeQuery, scrape } from '../scrape/scrape.ts';
import { clientAddress, type Trust, trustIn } from './client-address.ts';
import { type TrackerRoute, trackerRoute } from './route.ts';

/** How requests over HTTP are answered. */
export interface ListenerOptions {
  readonly tracker: Tracker;
  /** Answers what is neither announce nor scrape. */
  readonly fallback: RequestListener;
  /** Addresses and networks of proxies whose word about a client's address counts. */
  readonly trustedProxies?: readonly string[];
  /** Told to clients, which repeat it (BEP 3). */
  readonly trackerId?: string;
}

interface Told {
  readonly tracker: Tracker;
  readonly trusted: Trust;
  readonly trackerId: string | undefined;
}

/** Answers announces and scrapes itself, and gives everything else away. Throws `usage` for proxies that are no address. */
export function createTrackerListener({ tracker, fallback, trackerId, ...options }: ListenerOptions): RequestListener {
  const told: Told = { tracker, trackerId, trusted: trustIn(options.trustedProxies ?? []) };
  return (request, response) => {
    const route = trackerRoute(request.url ?? '');
    if (route === undefined) {
      // Its answers may come in parts; ours are one write each.
      request.socket.setNoDelay(true);
      fallback(request, response);
    } else if (request.method !== 'GET') {
      send(response, 405, failureAnswer('only GET is answered here'), ['allow', 'GET']);
    } else if ('content-length' in request.headers || 'transfer-encoding' in request.headers) {
      send(response, 400, failureAnswer('a request here has no body'), ['connection', 'close']);
    } else {
      send(response, 200, 'failure' in route ? failureAnswer(route.failure) : answer(told, route, request));
    }
  };
}

function answer({ tracker, trusted, trackerId }: Told, route: TrackerRoute, request: IncomingMessage): Uint8Array {
  if (route.verb === 'scrape') {
    const asked = readScrapeQuery(route.query, route.passkey);
    const scraped = 'failure' in asked ? asked : scrape(tracker, asked);
    return 'failure' in scraped ? failureAnswer(scraped.failure) : scrapeAnswer(scraped);
  }
  const asked = readAnnounceQuery(route.query, route.passkey);
  if ('failure' in asked) return failureAnswer(asked.failure);
  const seen = clientAddress(request, trusted);
  const address = seen === undefined || asked.ip === undefined || !trusted(seen) ? seen : addressBytes(asked.ip);
  if (address === undefined) return failureAnswer('your address is unknown: what was said of it is none');
  const told = tracker.announce(asked, address, 'both');
  if ('failure' in told) return failureAnswer(told.failure);
  return announceAnswer(told, tracker.swarms.peers, { form: asked.form, address, limits: tracker.limits, trackerId });
}

function send(response: ServerResponse, status: number, body: Uint8Array, header: readonly string[] = []): void {
  response.writeHead(status, ['content-type', 'text/plain', 'content-length', `${body.length}`, ...header]);
  // As text it goes out in one piece with its header.
  response.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1');
}
