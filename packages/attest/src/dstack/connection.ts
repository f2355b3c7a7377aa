import type { Json, JsonObject } from '@assay/verify/codec';
import { type Deadline, within } from '../deadline.ts';
import { unavailable } from '../failure.ts';
import { createLine, type Line } from '../line.ts';
import { type Place, type PlaceOptions, type Search, searchPlace } from './place.ts';
import { type GuestAgent, probeAgent } from './probe.ts';
import { post, readReply } from './rpc.ts';

/** Where a guest agent is, and how long one piece of work with it may take. */
export interface DstackOptions extends PlaceOptions {
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
  /** Does a piece of work, within the time that all work has unless less is given. */
  use<T>(what: string, work: (session: Session) => Promise<T>, deadline?: Partial<Deadline>): Promise<T>;
}

/** Limits of answers in bytes: quotes and `Info` carry event log and app-compose. */
export const MAX_LARGE_ANSWER = 8_388_608;
export const MAX_SMALL_ANSWER = 65_536;

/** The agent makes one quote after the other anyway; more connections than these only fill its backlog. */
const LINES = 8;
const WAITING_IN_LINE = 64;
const REMEDY = 'mount /var/run/dstack.sock into the container of a dstack app; elsewhere start `assay simulate dstack`';

/** Reaches a guest agent by the caller's options. Nothing is looked at before the first use. */
export function connectAgent(options: DstackOptions): Connection {
  const { timeoutMs = 30_000 } = options;
  const newLine = (): Line => createLine('dstack guest agent', WAITING_IN_LINE);
  const first = newLine();
  const others = Array.from({ length: LINES - 1 }, newLine);
  let next = 0;
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

  return {
    search: () => searchPlace(options),
    use(what, work, deadline = {}) {
      return within(
        { milliseconds: timeoutMs, ...deadline },
        `dstack guest agent: ${what}`,
        'look at its log',
        async (stop) => {
          const line = others[next++ % LINES] ?? first;
          try {
            return await line(async () => work(await session(stop)), stop);
          } catch (error) {
            // It may have been replaced by another one: ask it again who it is.
            known = undefined;
            throw error;
          }
        },
      );
    },
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
