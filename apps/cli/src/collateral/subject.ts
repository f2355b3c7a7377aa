import type { AmdSubject, CollateralFiles, IntelSubject, PckQuery, Product, SnpTcb } from '@assay/server';
import { AssayError, authenticate, Checklist, type Claims, type RawEndorsements } from '@assay/verify';
import { fromCertificateChain, type JsonObject, parseCertificate, toHex } from '@assay/verify/codec';
import { sgx } from '@assay/verify/sgx';
import { tdx } from '@assay/verify/tdx';
import { readEvidence } from '../evidence.ts';
import { usage } from '../failure.ts';
import type { Io } from '../io.ts';
import { TEES } from '../tees.ts';
import { namingOptions } from './naming-options.ts';

/** What is to be fetched for a piece of evidence. `query`: the quote has no certificate that would say the rest. */
export type FetchSubject =
  | ({ readonly vendor: 'intel' } & IntelSubject)
  | { readonly vendor: 'intel'; readonly tee: 'sgx' | 'tdx'; readonly evidence: Uint8Array; readonly query: PckQuery }
  | ({ readonly vendor: 'amd' } & AmdSubject);

/** Reads evidence and finds out what vouches for it. Throws `usage` when that cannot be told. */
export async function subjectOf(file: string, product: Product | undefined, io: Io): Promise<FetchSubject> {
  const found = await readEvidence(file, io);
  if ('malformed' in found) throw new AssayError('malformed', `FILE: ${found.malformed}`, { field: 'FILE' });
  const { evidence } = found;
  return namingOptions(() => subjectOfEvidence(evidence, product));
}

/** What vouches for evidence. Throws `usage` and `malformed` when that cannot be told. */
export async function subjectOfEvidence(evidence: Uint8Array, product?: Product): Promise<FetchSubject> {
  const { tee, claims } = await claimsOf(evidence, {});
  if (claims === null) throw usage('evidence: it is malformed; assay inspect says where', 'evidence');
  if (tee === 'snp') return { vendor: 'amd', ...amdSubjectOf(claims, product) };
  if (tee !== 'sgx' && tee !== 'tdx')
    throw usage('evidence: these tokens need no collateral: they carry their chain', 'evidence');
  const quote = quoteOf(tee, evidence);
  const { certification } = quote.authentication;
  if ('chain' in certification) return { vendor: 'intel', ...certified(tee, claims, certification.chain) };
  return { vendor: 'intel', tee, evidence, query: queryOf(quote) };
}

/** The platform by the quote's own certificates, which may be anything. Throws `malformed`. */
function certified(tee: 'sgx' | 'tdx', claims: Claims | null, chain: Uint8Array): IntelSubject {
  try {
    return intelFrom(tee, claims, chain);
  } catch (error) {
    if (!(error instanceof AssayError) || error.code !== 'malformed') throw error;
    const message = `evidence: certificates of the quote: ${error.message}; assay inspect says where`;
    throw new AssayError('malformed', message, { field: 'evidence' }, { cause: error });
  }
}

/** Bytes of the encrypted PPID by type of certification data (RSA-2048, RSA-3072). */
const ENCRYPTED_PPID: Readonly<Record<number, number>> = { 2: 256, 3: 384 };

function queryOf({ header, authentication }: ReturnType<typeof quoteOf>): PckQuery {
  const { certification, platformPart } = authentication;
  const size = ENCRYPTED_PPID[certification.type];
  if (!('platform' in certification) || size === undefined || certification.platform.pceId === null) {
    throw usage(
      'evidence: the quote names its platform by plain PPID, which services do not take: give its PCK chain',
      'evidence',
    );
  }
  const { cpuSvn, pceSvn, pceId } = certification.platform;
  // The quote ends in encrypted PPID, CPUSVN, PCESVN and PCEID.
  const end = platformPart.length - cpuSvn.length - 4;
  return {
    encryptedPpid: toHex(platformPart.subarray(end - size, end)),
    cpuSvn: toHex(cpuSvn),
    pceSvn: toHex(Uint8Array.of(pceSvn & 255, pceSvn >> 8)),
    pceId: toHex(pceId),
    qeId: toHex(header.userData.subarray(0, 16)),
  };
}

/** What a PCK certificate that was fetched says of the platform. */
export async function intelSubjectOf(
  { tee, evidence }: { readonly tee: 'sgx' | 'tdx'; readonly evidence: Uint8Array },
  pck: CollateralFiles,
): Promise<IntelSubject> {
  const chain = Buffer.concat([pck.get('pckCert.pem') ?? EMPTY, pck.get('pckSignChain.pem') ?? EMPTY]);
  const { claims } = await claimsOf(evidence, { dcap: { pckCertChain: chain } });
  return intelFrom(tee, claims, chain);
}

const EMPTY = new Uint8Array();

/** Parses evidence far enough to know its platform. Nothing is trusted: what is fetched is judged by `verify`. */
async function claimsOf(evidence: Uint8Array, endorsements: RawEndorsements): ReturnType<typeof authenticate> {
  return authenticate(evidence, { tees: TEES, now: new Date(0), endorsements });
}

function quoteOf(name: 'sgx' | 'tdx', evidence: Uint8Array) {
  const tee = name === 'sgx' ? sgx : tdx;
  const parsed = tee.parse(evidence, new Checklist(tee.checks));
  if (parsed === undefined) throw usage('evidence: the quote is malformed', 'evidence');
  return parsed.quote;
}

const CA_NAME = /^Intel SGX PCK (Platform|Processor) CA$/;

function intelFrom(tee: 'sgx' | 'tdx', claims: Claims | null, chain: Uint8Array): IntelSubject {
  const certificates = fromCertificateChain(chain).map(parseCertificate);
  const names = certificates.map(({ issuer }) => CA_NAME.exec(issuer.attributes.CN ?? '')?.[1]);
  const ca = names.find((name) => name !== undefined);
  const fmspc = claims?.platform.fmspc;
  if (ca === undefined || fmspc === undefined) {
    throw usage('evidence: no PCK certificate in the quote says which platform this is', 'evidence');
  }
  return { tee, fmspc, ca: ca === 'Platform' ? 'platform' : 'processor' };
}

function amdSubjectOf({ platform, evidence }: Claims, given: Product | undefined): AmdSubject {
  const product = given ?? (platform.product as Product | undefined);
  if (product === undefined) {
    throw usage('product: reports of version 2 do not say it; expected Milan, Genoa or Turin', 'product');
  }
  const signer = memberOf(evidence, 'signerInfo').signingKey === 'VLEK' ? 'VLEK' : 'VCEK';
  const reported = memberOf(evidence, 'reportedTcb');
  return {
    product,
    signer,
    chipId: platform.chipId ?? '',
    reportedTcb: tcbOf(String(reported.raw ?? evidence?.reportedTcb), product),
  };
}

function memberOf(object: JsonObject | null, name: string): JsonObject {
  const member = object?.[name];
  return typeof member === 'object' && member !== null && !Array.isArray(member) ? (member as JsonObject) : {};
}

/** Decodes a TCB version, 8 bytes of hexadecimal whose places depend on the product line. */
function tcbOf(hex: string, product: Product): SnpTcb {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== 8) throw new AssayError('malformed', 'reported TCB: expected 8 bytes');
  const at = (index: number): number => bytes[index] ?? 0;
  return product === 'Turin'
    ? { fmc: at(0), bootLoader: at(1), tee: at(2), snp: at(3), microcode: at(7) }
    : { bootLoader: at(0), tee: at(1), snp: at(6), microcode: at(7) };
}
