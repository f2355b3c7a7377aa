import type { Answer } from '../apps/cli/src/answer.ts';
import type { Io } from '../apps/cli/src/io.ts';

/** What a command that serves prints with `--json`. */
export interface ServiceDocument {
  readonly schema: string;
  readonly service: string;
  readonly evidence?: string | null;
  readonly listens: readonly { readonly name: string; readonly at: string }[];
}

/** A service in this process; `await using` ends it. */
export interface RunningService extends AsyncDisposable {
  readonly document: ServiceDocument;
  /** Address, or path, of what it calls so. */
  readonly at: (name: string) => string;
  /** What it wrote to standard error. */
  readonly log: () => string;
  /** Ends it, and resolves to the exit code. */
  readonly stop: () => Promise<number>;
}

/** Starts a command that serves, given `--json`, and waits until it says what listens. Rejects when it does not start. */
export async function startService(
  serve: (io: Io, stop: AbortSignal) => Promise<Answer>,
  env: Io['env'] = {},
): Promise<RunningService> {
  const stop = new AbortController();
  const ready = Promise.withResolvers<string>();
  const log: string[] = [];
  const io: Io = {
    stdin: async () => new Uint8Array(),
    stdout: ready.resolve,
    stderr: (text) => void log.push(text),
    now: () => new Date(),
    env,
    columns: 100,
    colour: false,
  };
  const ended = serve(io, stop.signal);
  const text = await Promise.race([ready.promise, ended.then(() => Promise.reject(new Error('it ended by itself')))]);
  const document = JSON.parse(text) as ServiceDocument;
  const finish = async (): Promise<number> => {
    stop.abort();
    return (await ended).exitCode;
  };
  return {
    document,
    at: (name) => document.listens.find((one) => one.name === name)?.at ?? '',
    log: () => log.join(''),
    stop: finish,
    [Symbol.asyncDispose]: async () => void (await finish()),
  };
}
