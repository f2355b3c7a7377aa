import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { GUEST_PORT, READY } from '../contract.ts';

/** What a program does when the test asks for it: JSON in, JSON out. */
export type Task = (input: never) => Promise<unknown>;

/**
 * Answers `POST /NAME` with what the task returns, or with 500 and the error's stack. It listens where the test expects
 * it, and says so.
 */
export function serveTasks(tasks: Readonly<Record<string, Task>>): void {
  const run = async (request: IncomingMessage): Promise<unknown> => {
    const name = (request.url ?? '').slice(1);
    const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    if (task === undefined) throw new Error(`no task ${name}`);
    return task(JSON.parse(await text(request)) as never);
  };
  createServer((request, response) => {
    run(request).then(
      (result) => response.writeHead(200).end(JSON.stringify(result ?? null)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.stack : String(error)),
    );
  }).listen(GUEST_PORT, () => console.log(READY));
}
