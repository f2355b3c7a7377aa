import { demonstrate } from '../apps/cli/src/commands/demonstrate.ts';
import type { Io } from '../apps/cli/src/io.ts';

/** `npm start` at a port, in this process, until the work with what it prints is done. Resolves to that. */
export async function demonstrated(
  port: number,
  work: (said: string) => Promise<void> = async () => undefined,
): Promise<string> {
  const stop = new AbortController();
  const said = Promise.withResolvers<string>();
  const io: Io = {
    stdin: async () => new Uint8Array(),
    stdout: said.resolve,
    stderr: () => undefined,
    now: () => new Date(),
    env: {},
    columns: 100,
    colour: false,
  };
  const ended = demonstrate({ port }, io, stop.signal);
  try {
    const text = await Promise.race([said.promise, ended.then(() => '')]);
    await work(text);
    return text;
  } finally {
    stop.abort();
    await ended;
  }
}
