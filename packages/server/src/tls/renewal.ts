import type { StatementRequest } from '@assay/attest';
import { systemTimer, type Timer, type TlsMaterial } from '../service/serve-app.ts';
import {
  makeRaTlsCertificate,
  RA_TLS_LIFE_MS,
  type RaTlsOptions,
  type ServedCertificate,
} from './ra-tls-certificate.ts';

/** How a self-made certificate is kept current. */
export interface RaTlsRenewalOptions extends Omit<RaTlsOptions, 'signal'> {
  /** Told of each renewal that failed; it is tried again. */
  readonly onFailure: (error: unknown) => void;
  readonly timer?: Timer | undefined;
}

/** A self-made certificate that is made anew before it expires. */
export interface RaTls extends Disposable {
  /** The one that new connections see. */
  current(): ServedCertificate;
  /** Keys that statements name: of the current certificate, and of the one before while connections may still show it. */
  keys(): StatementRequest['keys'];
  /** For `serveApp`: calls with each certificate from now on. */
  readonly renewals: (serve: (next: TlsMaterial) => void) => void;
  /** Ends renewal. */
  [Symbol.dispose](): void;
}

/** Half a life is left for failures. */
const RENEW_MS = RA_TLS_LIFE_MS / 2;
const RETRY_MS = 60_000;

/**
 * Makes a certificate, and a new one with a new key each half day; connections go on with the one they began with.
 * Rejects as `makeRaTlsCertificate` does.
 *
 * @example
 * const raTls = await startRaTls({ attester, clock, names: ['app.example'], onFailure: (error) => log(error) });
 * const app = createAttesterApp({ …, keys: raTls.keys });
 * await serveApp(app, { place, log, tls: { ...raTls.current(), renewals: raTls.renewals } });
 */
export async function startRaTls(options: RaTlsRenewalOptions): Promise<RaTls> {
  const { onFailure, timer = systemTimer, clock } = options;
  const stopped = new AbortController();
  const listeners: ((next: TlsMaterial) => void)[] = [];
  let previous: ServedCertificate | undefined;
  let current = await makeRaTlsCertificate(options);

  const renew = async (): Promise<void> => {
    try {
      const next = await makeRaTlsCertificate({ ...options, signal: stopped.signal });
      if (stopped.signal.aborted) return;
      for (const serve of listeners) serve(next);
      previous = current;
      current = next;
      wait(RENEW_MS);
    } catch (error) {
      if (stopped.signal.aborted) return;
      onFailure(error);
      wait(RETRY_MS);
    }
  };
  let callOff = (): void => undefined;
  const wait = (milliseconds: number): void => {
    callOff = timer(() => void renew(), milliseconds);
  };
  wait(RENEW_MS);

  return {
    current: () => current,
    keys: () => {
      const shown = previous !== undefined && clock() < previous.notAfter ? [current, previous] : [current];
      return shown.map(({ spkiSha256 }) => ({ use: 'tls', spkiSha256 }));
    },
    renewals: (serve) => {
      listeners.push(serve);
    },
    [Symbol.dispose]: () => {
      stopped.abort();
      callOff();
    },
  };
}
