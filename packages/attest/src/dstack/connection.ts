import type { Json, JsonObject } from '@assay/verify/codec';
import { checkedTimeout, type Deadline, lookDeadline, within } from '../deadline.ts';
import { unavailable } from '../failure.ts';
import { createLine, type Line } from '../line.ts';
import { type DstackPlaceOptions, type Place, type Search, searchPlace } from './place.ts';
import { type GuestAgent, probeAgent } from './probe.ts';
import { post, readReply } from './rpc.ts';

/** Where a guest agent is, and how long one piece of work with it may take. */
export interface DstackOptions extends DstackPlaceOptions {
  /** Of all that one piece of work asks, waiting in line included; default 30,000. */
  readonly timeoutMs?: number | undefined;
}

/** How a method is called. */
export interface AskOptions {
  readonly maxBytes: number;
  /** True where calling twice does no harm. */
  readonly repeatable: boolean;
}

/** A guest agent whose API is known, for one piece of work. */
export interface Session {
  readonly agent: GuestAgent;
  /** Calls a method by its path: the answer, once status 200 and JSON are seen. Throws `unavailable`. */
  ask(path: string, request: JsonObject, options: AskOptions): Promise<Json>;
}

/** A guest agent that is looked for when it is first needed, and remembered while it answers. */
export interface Connection {
  search(): Promise<Search>;
  /** Asks the agent anew who it is, past all who wait. */
  agent(signal?: AbortSignal): Promise<GuestAgent>;
  /** Does a piece of work. */
  readonly use: Use;
  /** The same, one piece after the other in the order in which they come: their order is measured. */
  readonly useInOrder: Use;
}

type Use = <T>(what: string, work: (session: Session) => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** The agent makes one quote after the other anyway: more connections would only fill its backlog. */
const CONNECTIONS = 8;
const REMEDY = 'mount /var/run/dstack.sock into the container of a dstack app; elsewhere start `assay simulate dstack`';

/** Reaches a guest agent by the caller's options. Nothing is looked at before the first use. */
export function connectAgent(options: DstackOptions): Connection {
  const timeoutMs = checkedTimeout(options.timeoutMs ?? 30_000);
  let known: Located | undefined;

  async function session(signal: AbortSignal): Promise<Session> {
    known ??= await locate(options, signal);
    const { agent, place } = known;
    return {
      agent,
      async ask(path, request, how) {
        const reply = await post(place, { path, request, signal, ...how });
        return readReply(place, `${agent.shown}: ${path}`, reply);
      },
    };
  }

  async function bounded<T>(what: string, deadline: Deadline, work: (over: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await within(deadline, `dstack guest agent: ${what}`, 'look at its log', work);
    } catch (error) {
      // It may have been replaced by another one: ask it again who it is.
      known = undefined;
      throw error;
    }
  }

  const useIn =
    (line: Line): Use =>
    (what, work, signal) =>
      bounded(what, { milliseconds: timeoutMs, signal }, (over) => line(async () => work(await session(over)), over));

  return {
    search: () => searchPlace(options),
    agent: (signal) =>
      bounded('which API it speaks', lookDeadline(timeoutMs, signal), async (over) => {
        known = await locate(options, over);
        return known.agent;
      }),
    use: useIn(createLine('dstack guest agent', { atOnce: CONNECTIONS })),
    useInOrder: useIn(createLine('dstack guest agent')),
  };
}

/** The place may have a credential, which is nobody else's to see. */
interface Located {
  readonly place: Place;
  readonly agent: GuestAgent;
}

async function locate(options: DstackOptions, signal: AbortSignal): Promise<Located> {
  const { place, looked } = await searchPlace(options);
  if (place === undefined) throw unavailable(`no dstack guest agent: looked at ${looked.join(', ')}`, REMEDY);
  return { place, agent: await probeAgent(place, signal) };
}
