import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromBase64Url, fromUtf8, parseJsonObject } from '@assay/verify/codec';

/** Name of the file beside the launcher's socket, as workloads know it. */
export const TOKEN_FILE = 'attestation_verifier_claims_token';

/** Where the default token is kept, and what time and chance are. */
export interface TokenFileOptions {
  /** The socket's folder. */
  readonly directory: string;
  readonly clock: () => Date;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Waits; rejects when the signal aborts. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  /** Told of each refresh that failed. */
  readonly onError?: (error: unknown) => void;
}

/** A file that always has a current token, until it is closed: then it is gone. */
export interface TokenFile extends AsyncDisposable {
  readonly path: string;
  close(): Promise<void>;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Keeps the default token in a file as the launcher does: replaced whole at 0.8 ± 0.1 of its remaining life; after a
 * failure it is tried again in a minute, then ever later, up to an hour. A VM that is told not to refresh, or that has
 * Intel's service, has no such file. Throws when the first token cannot be had: such a VM does not start its workload.
 */
export async function keepTokenFile(
  launcher: (request: Request) => Promise<Response>,
  options: TokenFileOptions,
): Promise<TokenFile> {
  const { directory, clock, random = Math.random, wait = pause, onError = () => undefined } = options;
  const path = join(directory, TOKEN_FILE);
  const stopped = new AbortController();
  const refresh = async (): Promise<number> => {
    const token = await defaultToken(launcher, stopped.signal);
    const left = expiryOf(token) - clock().getTime();
    await writeToken(directory, token);
    // A token that is no good already must not keep the machine busy.
    return Math.max(SECOND, left * (0.8 + 0.1 * (2 * random() - 1)));
  };
  const first = await refresh().catch((error: unknown) => {
    throw new Error(`failed to fetch and write OIDC token: ${messageOf(error)}`, { cause: error });
  });
  const keep = async (): Promise<void> => {
    let delay = first;
    let backOff = MINUTE;
    for (;;) {
      await wait(delay, stopped.signal);
      try {
        delay = await refresh();
        backOff = MINUTE;
      } catch (error) {
        if (stopped.signal.aborted) return;
        onError(error);
        delay = backOff * (0.5 + random());
        backOff = Math.min(2 * backOff, HOUR);
      }
    }
  };
  const kept = keep().catch((error: unknown) => {
    if (!stopped.signal.aborted) onError(error);
  });
  const close = async (): Promise<void> => {
    stopped.abort();
    await kept;
    await rm(path, { force: true });
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

async function defaultToken(launcher: (request: Request) => Promise<Response>, signal: AbortSignal): Promise<string> {
  const response = await launcher(new Request('http://localhost/v1/token', { signal }));
  const body = await response.text();
  if (!response.ok) throw new Error(body);
  return body;
}

/** Unix time in milliseconds. */
function expiryOf(token: string): number {
  const [, payload = ''] = token.split('.');
  const { exp } = parseJsonObject(fromUtf8(fromBase64Url(payload, 'token')), 'token');
  if (typeof exp !== 'number') throw new Error('token: exp: expected a number');
  return exp * 1000;
}

/** Readers see the token before or the one after, never a part. */
async function writeToken(directory: string, token: string): Promise<void> {
  const staging = join(directory, '.token.tmp');
  // One that is left, or a link that somebody put there, is not written through.
  await rm(staging, { force: true });
  await writeFile(staging, token, { flag: 'wx' });
  // Whatever the umask says, every user of the workload may read it.
  await chmod(staging, 0o644);
  await rename(staging, join(directory, TOKEN_FILE));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<unknown> {
  return sleep(milliseconds, undefined, { signal, ref: false });
}
