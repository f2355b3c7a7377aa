import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the command line must answer for a case: an exit code, and what of the verdict shows the reason. */
export type Expectation =
  | { readonly exit: 0; readonly tcbStatus?: string }
  /** Refused: by this check, with Intel's name of the status, or by nothing but these checks. */
  | { readonly exit: 1; readonly check?: string; readonly intelStatus?: string; readonly only?: readonly string[] };

/** One folder of evidence with its endorsements. */
export interface Case {
  readonly name: string;
  /** Arguments of `assay`. */
  readonly args: readonly string[];
  readonly expected: Expectation;
}

/** What a case's meta.json says, as far as it is needed here. */
interface Meta {
  readonly quote?: { readonly certType?: number };
  readonly collateral?: { readonly complete?: boolean };
  readonly expected: { readonly time?: number; readonly status?: string; readonly verdict?: string };
}

/** The instant for cases that name none. */
const DEFAULT_TIME = '2026-01-01T00:00:00Z';

/** Files of a collateral directory with the checks whose input they are. */
const INPUTS: readonly (readonly [files: readonly string[], check: string])[] = [
  [['tcbInfo.json'], 'dcap.tcb-info.form'],
  [['qeIdentity.json'], 'dcap.qe-identity.form'],
  [['tcbSignChain.pem'], 'dcap.tcb-signer.present'],
  [['rootCaCrl.der'], 'dcap.root-crl.form'],
  [['pckCrl.der', 'intermediateCaCrl.der'], 'dcap.pck-crl.form'],
  [['pckCrlIssuerChain.pem', 'pckSignChain.pem'], 'dcap.pck-ca.present'],
];

/** Every case in a folder of evidence files. */
export function casesIn(folder: string): readonly Case[] {
  return globSync('*/meta.json', { cwd: folder })
    .map((path) => path.slice(0, path.search(/[/\\]/)))
    .sort()
    .map((name) => caseOf(join(folder, name), name));
}

function caseOf(folder: string, name: string): Case {
  const has = (file: string): boolean => existsSync(join(folder, file));
  const meta: Meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
  const { time } = meta.expected;
  const at = time === undefined ? DEFAULT_TIME : new Date(time * 1000).toISOString();
  const evidence = join(folder, has('report.bin') ? 'report.bin' : 'quote.bin');
  const root = has('trustedRootCaCert.pem')
    ? ['--root-ca', join(folder, 'trustedRootCaCert.pem'), '--allow-simulated']
    : [];
  return {
    name,
    args: ['verify', evidence, '--collateral', folder, '--at', at, '--genuine', ...root, '--json'],
    expected: expectationOf(meta, has),
  };
}

function expectationOf(meta: Meta, has: (file: string) => boolean): Expectation {
  const { status, verdict } = meta.expected;
  if (verdict === 'reject') return { exit: 1 };
  if (has('report.bin')) return has('arkCrl.der') ? { exit: 0 } : { exit: 1, only: ['snp.crl.present'] };
  if (meta.quote?.certType === 3 && !has('pckCert.pem')) return { exit: 1, check: 'dcap.pck.present' };
  if (meta.collateral?.complete === false) return { exit: 1, only: missing(has) };
  if (status?.startsWith('error:')) return { exit: 1, intelStatus: status.slice('error:'.length) };
  return { exit: 0, ...(status !== undefined && { tcbStatus: status }) };
}

function missing(has: (file: string) => boolean): readonly string[] {
  return INPUTS.filter(([files]) => !files.some(has)).map(([, check]) => check);
}
