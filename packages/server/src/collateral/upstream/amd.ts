import { AssayError } from '@assay/verify';
import { fromCertificateChain, fromCrlFile, parseCertificate } from '@assay/verify/codec';
import type { CollateralFiles } from './answers.ts';
import { type Answer, type DownloadOptions, download, unavailable } from './download.ts';
import { addressOf, type Endpoint } from './endpoint.ts';

/** Product lines for which AMD's service has certificates. */
export const PRODUCTS = ['Milan', 'Genoa', 'Turin'] as const;

/** One of them. Bergamo and Siena are Genoa's. */
export type Product = (typeof PRODUCTS)[number];

/** Component versions that a VCEK stands for. `fmc` on Turin only. */
export interface SnpTcb {
  readonly fmc?: number;
  readonly bootLoader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** What AMD's key distribution service must know to answer for a report. */
export interface AmdSubject {
  readonly product: Product;
  readonly signer: 'VCEK' | 'VLEK';
  /** 64 bytes of hexadecimal. */
  readonly chipId: string;
  readonly reportedTcb: SnpTcb;
}

/** The leaf that the service does not have: a VLEK is its cloud's own. */
export interface AmdOptions {
  /** VLEK certificate, DER. */
  readonly vlek?: Uint8Array;
}

/** Fetches an SNP report's endorsements from AMD's key distribution service: the files of a collateral directory. */
export async function fetchAmd(
  subject: AmdSubject,
  service: Endpoint,
  options: AmdOptions,
  limits: DownloadOptions,
): Promise<CollateralFiles> {
  const family = subject.signer === 'VCEK' ? 'vcek' : 'vlek';
  const base = `/${family}/v1/${subject.product}`;
  // One after the other: the service allows few requests at a time.
  const vek = await leafOf(subject, service, options, limits);
  const [signer, root] = chainOf(await download(addressOf(service, `${base}/cert_chain`), limits));
  const crl = await download(addressOf(service, `${base}/crl`), limits);
  return new Map([
    [`${family}.der`, vek],
    ['ask.der', signer],
    ['ark.der', root],
    ['arkCrl.der', checked(crl, 'no CRL', fromCrlFile)],
  ]);
}

const HIDDEN = 'evidence: the report hides its chip id (MASK_CHIP_KEY): its VCEK can only come from the host';
const NO_VLEK =
  'vlek: AMD gives these certificates to clouds only; take it from the guest (extended report) and give it';

async function leafOf(
  { signer, product, chipId, reportedTcb }: AmdSubject,
  service: Endpoint,
  { vlek }: AmdOptions,
  limits: DownloadOptions,
): Promise<Uint8Array> {
  if (signer === 'VLEK') {
    if (vlek) return vlek;
    throw new AssayError('unavailable', NO_VLEK, { field: 'vlek' });
  }
  if (/^0*$/.test(chipId)) {
    throw new AssayError('usage', HIDDEN, { field: 'evidence' });
  }
  // Turin's certificates name a chip by 8 bytes, older ones by all 64.
  const chip = product === 'Turin' ? chipId.slice(0, 16) : chipId;
  const answer = await download(addressOf(service, `/vcek/v1/${product}/${chip}`, queryOf(reportedTcb)), limits);
  return checked(answer, 'no certificate', (bytes) => parseCertificate(bytes).raw);
}

function queryOf({ fmc, bootLoader, tee, snp, microcode }: SnpTcb): Readonly<Record<string, string>> {
  const decimal = (version: number): string => String(version).padStart(2, '0');
  return {
    ...(fmc !== undefined && { fmcSPL: decimal(fmc) }),
    blSPL: decimal(bootLoader),
    teeSPL: decimal(tee),
    snpSPL: decimal(snp),
    ucodeSPL: decimal(microcode),
  };
}

/** ASK (or ASVK) and ARK, in the order in which the service has them. */
function chainOf(answer: Answer): readonly [signer: Uint8Array, root: Uint8Array] {
  const [signer, root, ...more] = checked(answer, 'no chain', fromCertificateChain);
  if (signer === undefined || root === undefined || more.length > 0) {
    throw unavailable(answer, 'the answer is not a chain of two certificates');
  }
  return [signer, root];
}

function checked<T>(answer: Answer, not: string, parse: (bytes: Uint8Array) => T): T {
  try {
    return parse(answer.bytes);
  } catch (error) {
    throw unavailable(answer, `the answer is ${not}: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}
