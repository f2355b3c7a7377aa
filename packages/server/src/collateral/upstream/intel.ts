import { AssayError } from '@assay/verify';
import {
  crlUriOf,
  equalBytes,
  fromCrlFile,
  fromUtf8,
  parseCertificate,
  parseJsonObject,
  toHex,
} from '@assay/verify/codec';
import { type CollateralFiles, chainOf, chainPem } from './answers.ts';
import { type Answer, type DownloadOptions, download, unavailable } from './download.ts';
import { addressOf, type Endpoint, isSafe } from './endpoint.ts';

/** What Intel's service must know to answer for a quote. */
export interface IntelSubject {
  readonly tee: 'sgx' | 'tdx';
  /** 6 bytes of hexadecimal. */
  readonly fmspc: string;
  /** Which CA certified the platform. */
  readonly ca: 'processor' | 'platform';
}

/** What a quote without a PCK certificate says of its platform: enough to ask for the certificate. Hexadecimal. */
export interface PckQuery {
  readonly encryptedPpid: string;
  /** 16 bytes. */
  readonly cpuSvn: string;
  /** 2 bytes, little endian. */
  readonly pceSvn: string;
  /** 2 bytes, little endian. */
  readonly pceId: string;
  /** QE id, 16 bytes: a PCCS finds platforms by it. */
  readonly qeId: string;
}

/** Which issue of the documents is wanted; without either the service decides. */
export interface IntelOptions {
  readonly update?: 'early' | 'standard';
  readonly tcbEvaluationDataNumber?: number;
  /** Where the root's CRL is, when that is on another host than the service. */
  readonly rootCrl?: URL;
}

/** Host of Intel's service, and the host where Intel's root certificate says that the root's CRL is. */
const INTEL_SERVICE = 'api.trustedservices.intel.com';
const INTEL_CERTIFICATES = 'certificates.trustedservices.intel.com';

/** Fetches the collateral of a quote from a PCS v4 or a PCCS: the files of a collateral directory. */
export async function fetchIntel(
  subject: IntelSubject,
  service: Endpoint,
  options: IntelOptions,
  limits: DownloadOptions,
): Promise<CollateralFiles> {
  const { tee, fmspc, ca } = subject;
  const issue = {
    ...(options.update && { update: options.update }),
    ...(options.tcbEvaluationDataNumber !== undefined && {
      tcbEvaluationDataNumber: String(options.tcbEvaluationDataNumber),
    }),
  };
  const get = (path: string, query: Readonly<Record<string, string>>): Promise<Answer> =>
    download(addressOf(service, path, query), limits);
  // One after the other: services count requests, and after a failure none is left running.
  const tcbInfo = await get(`/${tee}/certification/v4/tcb`, { fmspc: fmspc.toUpperCase(), ...issue });
  const qeIdentity = await get(`/${tee}/certification/v4/qe/identity`, issue);
  const pckCrl = await get('/sgx/certification/v4/pckcrl', { ca, encoding: 'der' });
  const tcbSignChain = chainOf(tcbInfo, ['tcb-info-issuer-chain', 'sgx-tcb-info-issuer-chain']);
  const signers = chainPem(tcbSignChain);
  const identitySigners = chainPem(chainOf(qeIdentity, ['sgx-enclave-identity-issuer-chain']));
  return new Map([
    ['tcbInfo.json', documentOf(tcbInfo, 'tcbInfo')],
    ['qeIdentity.json', documentOf(qeIdentity, 'enclaveIdentity')],
    ['tcbSignChain.pem', signers],
    ...(equalBytes(identitySigners, signers) ? [] : [['qeIdentitySignChain.pem', identitySigners] as const]),
    ['rootCaCrl.der', await rootCrlOf(tcbSignChain, service, options, limits)],
    ['pckCrl.der', crlOf(pckCrl)],
    ['pckCrlIssuerChain.pem', chainPem(chainOf(pckCrl, ['sgx-pck-crl-issuer-chain']))],
  ]);
}

/** Fetches the PCK certificate of a platform whose quote names it by encrypted PPID. */
export async function fetchPck(query: PckQuery, service: Endpoint, limits: DownloadOptions): Promise<CollateralFiles> {
  const { encryptedPpid, cpuSvn, pceSvn, pceId, qeId } = query;
  const url = addressOf(service, '/sgx/certification/v4/pckcert', {
    encrypted_ppid: encryptedPpid,
    cpusvn: cpuSvn,
    pcesvn: pceSvn,
    pceid: pceId,
    qeid: qeId,
  });
  const answer = await download(url, limits);
  const [leaf, ...others] = chainOf(answer, [], answer.bytes);
  if (leaf === undefined || others.length > 0) throw unavailable(answer, 'the answer is not one certificate');
  const matched = answer.headers.get('sgx-tcbm')?.toLowerCase();
  if (matched !== undefined && matched !== `${cpuSvn}${pceSvn}`) {
    limits.report('the service has a PCK certificate of another TCB level only: verification will refuse it');
  }
  return new Map([
    ['pckCert.pem', chainPem([leaf])],
    ['pckSignChain.pem', chainPem(chainOf(answer, ['sgx-pck-certificate-issuer-chain']))],
  ]);
}

/** The body, byte for byte: Intel signed it as it stands. */
function documentOf(answer: Answer, member: string): Uint8Array {
  const { bytes } = answer;
  try {
    if (Object.hasOwn(parseJsonObject(fromUtf8(bytes, member), member), member)) return bytes;
  } catch {
    // Said below, whatever it was.
  }
  throw unavailable(answer, `the answer is no JSON document with "${member}"`);
}

/** DER of a CRL that services answer as DER, PEM or hexadecimal. */
export function crlOf(answer: Answer): Uint8Array {
  try {
    return fromCrlFile(answer.bytes);
  } catch (error) {
    throw unavailable(answer, `the answer is no CRL: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

/** The root's CRL: from the address that the caller names, else a PCCS's own, else the root's distribution point. */
export async function rootCrlOf(
  chain: readonly Uint8Array[],
  service: Endpoint,
  options: Pick<IntelOptions, 'rootCrl'>,
  limits: DownloadOptions,
): Promise<Uint8Array> {
  if (options.rootCrl) return crlOf(await download(options.rootCrl, limits));
  const cached = addressOf(service, '/sgx/certification/v4/rootcacrl');
  if (cached.host !== INTEL_SERVICE) {
    const answer = await download(cached, { ...limits, accept: [400, 404, 405] });
    if (answer.status === 200) return crlOf(answer);
  }
  return crlOf(await download(distributionPoint(chain, service, limits), limits));
}

/** The root's distribution point. It stands in an answer, so that only hosts the caller chose are followed. */
function distributionPoint(
  chain: readonly Uint8Array[],
  service: Endpoint,
  { field }: Pick<DownloadOptions, 'field'>,
): URL {
  const root = chain.map(parseCertificate).find(({ subject, issuer }) => toHex(subject.raw) === toHex(issuer.raw));
  const text = root && crlUriOf(root.extensions);
  const url = text === undefined ? null : URL.parse(text);
  const from = new URL(service.origin);
  if (url === null) throw rootCrlError('the root certificate does not say where its CRL is');
  const intels = from.host === INTEL_SERVICE && url.host === INTEL_CERTIFICATES;
  if (!isSafe(url) || (url.host !== from.host && !intels)) {
    throw rootCrlError(
      `the root's CRL is at ${url.href}, which is not the host of ${field}; give this address, too, if that is right`,
    );
  }
  return url;
}

function rootCrlError(reason: string): AssayError {
  return new AssayError('unavailable', `rootCrl: ${reason}`, { field: 'rootCrl', actual: reason });
}
