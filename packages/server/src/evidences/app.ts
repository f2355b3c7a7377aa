import type { Attester } from '@assay/attest';
import { AssayError } from '@assay/verify';
import { fromUtf8, toHex, utf8 } from '@assay/verify/codec';
import { Hono } from 'hono';
import { expectTee } from '../attester/app.ts';
import { remembered } from '../attester/remembered.ts';
import { Problem } from '../problem/problem.ts';
import { answerFailure } from '../service/failure.ts';
import { checkDomain, type ListedFiles, type ListedOptions, listedFiles } from './files.ts';
import { listing } from './listing.ts';

/** What `/evidences/` is made from. */
export interface EvidencesAppOptions extends ListedOptions {
  /** PEM as TLS serves it now, the leaf first. */
  readonly certificate: () => string;
  readonly attester: Attester;
  readonly clock: () => Date;
  /** How the machine was configured, as dstack's guest agent says it. */
  readonly vmConfig?: (() => Promise<string | undefined>) | undefined;
}

/** A quote of the same files is made anew each hour, if somebody asks. */
const QUOTE_LIFE_MS = 3_600_000;
const QUOTE = 'quote.json';
const HEADERS = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };

interface Made extends ListedFiles {
  readonly certificate: string;
  readonly quote: () => Promise<Uint8Array>;
}

/**
 * `GET /evidences/` and its files, as dstack-ingress serves them: `quote.json`, whose report data are the hash of
 * `sha256sum.txt`, which lists `cert-<domain>.pem` and `acme-account.json`. They bind the certificate that TLS serves
 * (profile `ingress-evidence`). Where evidence has no report data there is nothing, and a problem says so.
 *
 * @example
 * const evidences = createEvidencesApp({ certificate: () => tls.certificate, domain: 'app.example', attester, clock });
 * app.route('/', evidences);
 */
export function createEvidencesApp(options: EvidencesAppOptions): Hono {
  const { attester, clock, certificate, vmConfig } = options;
  checkDomain(options.domain);
  let made: Made | undefined;
  const current = (): Made => {
    expectReportData(attester);
    const served = certificate();
    if (made?.certificate !== served) made = make(served);
    return made;
  };
  const make = (served: string): Made => {
    const listed = listedFiles(served, options);
    const quote = remembered(() => quoteOf(attester, listed, vmConfig), { lifeMs: QUOTE_LIFE_MS, clock });
    return { ...listed, certificate: served, quote };
  };

  const app = new Hono();
  app.onError(answerFailure);
  app.get('/evidences', (c) => c.redirect('/evidences/', 308));
  app.get('/evidences/', ({ req }) => listing([QUOTE, ...current().files.keys()], req.header('accept')));
  app.get('/evidences/:file', async ({ req }) => {
    const name = req.param('file');
    const { files, quote } = current();
    const bytes = name === QUOTE ? await quote() : files.get(name);
    if (bytes === undefined)
      throw new Problem('not_found', 'There is no such file: see /evidences/ for what there is.');
    return new Response(new Uint8Array(bytes), { headers: { ...HEADERS, 'content-type': typeOf(name) } });
  });
  return app;
}

/** The answer of a guest agent's GetQuote, made here for attesters of all kinds. */
async function quoteOf(
  attester: Attester,
  { reportData }: ListedFiles,
  vmConfig: EvidencesAppOptions['vmConfig'],
): Promise<Uint8Array> {
  try {
    const { tee, evidence, eventLog } = await attester.evidence({ reportData });
    if (tee === 'confidential-space') throw noReportData();
    const config = await vmConfig?.();
    return utf8(
      JSON.stringify({
        quote: toHex(evidence),
        ...(eventLog && { event_log: fromUtf8(eventLog, 'eventLog') }),
        report_data: toHex(reportData),
        ...(config !== undefined && { vm_config: config }),
      }),
    );
  } catch (error) {
    if (error instanceof AssayError && error.code === 'unavailable') expectTee(await attester.detect());
    throw error;
  }
}

function expectReportData({ name }: Attester): void {
  if (name === 'confidential-space') throw noReportData();
}

function noReportData(): Problem {
  const instead = 'ask /attestation with a nonce, whose statement names the key of the certificate';
  return new Problem('not_found', `A token has no report data that could name these files; ${instead}.`);
}

function typeOf(name: string): string {
  if (name.endsWith('.json')) return 'application/json';
  return name.endsWith('.pem') ? 'application/pem-certificate-chain' : 'text/plain; charset=utf-8';
}
