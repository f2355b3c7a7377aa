import { bytesToHex } from '@noble/hashes/utils.js';
import { pckCrlUrl, rootCrlUrl } from '../authority.ts';
import type { CrlOptions } from '../crl.ts';
import { type EnclaveIdentityOptions, issueEnclaveIdentity } from '../enclave-identity.ts';
import { issueTcbInfo, type TcbInfoOptions } from '../tcb-info.ts';
import { type IntelVendor, issueCrl } from '../vendor.ts';
import { type Answer, chainHeader, crlAnswer, jsonAnswer, PEM_TYPE, refuse, respond } from './answer.ts';
import { assertUpdates, evaluationOf, issueEvaluations, UPDATES, type Updates } from './evaluation.ts';
import { type CertifiedPlatform, findPck, tcbmOf } from './pck-certificate.ts';
import { type Query, Refusal, required, type ServiceKind, word } from './query.ts';

/** A platform that a service knows. The first one of an FMSPC decides what the TCB info of all of them says. */
export interface ServedPlatform extends CertifiedPlatform {
  /** What its TCB info says at an evaluation; up to date unless given. */
  readonly tcbInfo?: (evaluation: number, tee: 'sgx' | 'tdx') => TcbInfoOptions;
}

/** What a service has, and how it speaks. */
export interface PcsServiceOptions {
  readonly kind: ServiceKind;
  readonly platforms: readonly ServedPlatform[];
  readonly updates?: Updates;
  /** What an enclave identity says at an evaluation; fits the default quotes unless given. */
  readonly enclaveIdentity?: (evaluation: number, id: 'QE' | 'TD_QE' | 'QVE') => EnclaveIdentityOptions;
  readonly crls?: Partial<Record<CrlIssuer, Partial<CrlOptions>>>;
}

/** A service as a fetch handler. */
export type ServiceHandler = (request: Request) => Promise<Response>;

type CrlIssuer = 'root' | 'processor' | 'platform';
type Route = (query: Query) => Promise<Answer>;

/**
 * Intel's provisioning certification service (PCS v4), or a PCCS, over a test vendor. Its root CRL is where the vendor's
 * `baseUrl` says. Every document is issued once: asked again, the service answers the same bytes.
 * Throws for `updates` that name an evaluation they lack.
 *
 * @example
 * const handle = createPcsService(vendor, { kind: 'pcs', platforms: [{ pck }] });
 * const response = await handle(new Request('http://localhost/sgx/certification/v4/qe/identity?update=early'));
 */
export function createPcsService(vendor: IntelVendor, options: PcsServiceOptions): ServiceHandler {
  const { kind } = options;
  const routes = routesOf(vendor, options);
  const answer = async (request: Request): Promise<Answer> => {
    const { pathname, searchParams } = new URL(request.url);
    const route = request.method === 'GET' ? routes.get(pathname) : undefined;
    if (route === undefined) throw new Refusal(404, `${request.method} ${pathname}: no such resource`);
    return route({ kind, parameters: searchParams });
  };
  let count = 0;
  return async (request) => {
    count += 1;
    const requestId = bytesToHex(vendor.entropy.bytes(`intel/service/request/${count}`, 16));
    try {
      return respond(await answer(request), requestId);
    } catch (error) {
      if (error instanceof Refusal) return refuse(error, kind, requestId);
      throw error;
    }
  };
}

function routesOf(vendor: IntelVendor, options: PcsServiceOptions): ReadonlyMap<string, Route> {
  const { kind, platforms, updates = UPDATES } = options;
  assertUpdates(updates);
  const { root, tcbSigning, ...authorities } = vendor.authorities;
  const signers = chainHeader(tcbSigning.certificate, root.certificate);
  const once = memory<string>();
  const crl = memory<Uint8Array>();
  const crlOf = (ca: CrlIssuer): Promise<Uint8Array> => crl(ca, () => issueCrl(vendor, ca, options.crls?.[ca]));

  const tcbInfo = async (query: Query, tee: 'sgx' | 'tdx'): Promise<Answer> => {
    const fmspc = required(query, 'fmspc', /^[0-9a-f]{12}$/i).toLowerCase();
    const evaluation = evaluationOf(query, updates);
    const served = platforms.find(({ pck }) => pck.platform.fmspc.toLowerCase() === fmspc);
    // TDX is for platforms of the Platform CA.
    if (served === undefined || (tee === 'tdx' && served.pck.platform.ca === 'processor')) {
      throw new Refusal(404, `fmspc: ${fmspc} is unknown`);
    }
    const says = { tee, evaluationDataNumber: evaluation, ...served.tcbInfo?.(evaluation, tee) };
    const document = await once(`${tee}/tcb/${fmspc}/${evaluation}`, () =>
      issueTcbInfo(vendor, served.pck.platform, says),
    );
    return jsonAnswer(kind, document, { 'TCB-Info-Issuer-Chain': signers });
  };
  const identity = async (query: Query, id: 'QE' | 'TD_QE' | 'QVE'): Promise<Answer> => {
    const evaluation = evaluationOf(query, updates);
    const says = { id, evaluationDataNumber: evaluation, ...options.enclaveIdentity?.(evaluation, id) };
    const document = await once(`${id}/${evaluation}`, () => issueEnclaveIdentity(vendor, says));
    return jsonAnswer(kind, document, { 'SGX-Enclave-Identity-Issuer-Chain': signers });
  };
  const evaluations = async (tee: 'sgx' | 'tdx'): Promise<Answer> => {
    const document = await once(`${tee}/evaluations`, () => issueEvaluations(vendor, tee, updates));
    return jsonAnswer(kind, document, { 'TCB-Evaluation-Data-Numbers-Issuer-Chain': signers });
  };
  const pckCrl = async (query: Query): Promise<Answer> => {
    const ca = word(query, 'ca', ['processor', 'platform']);
    if (ca === undefined) throw new Refusal(400, 'ca: missing');
    const encoding = word(query, 'encoding', ['pem', 'der']);
    const form = encoding === 'der' ? 'der' : kind === 'pcs' ? 'pem' : 'hex';
    const chain = chainHeader(authorities[ca].certificate, root.certificate);
    return crlAnswer(await crlOf(ca), form, { 'SGX-PCK-CRL-Issuer-Chain': chain });
  };
  const pckCert = async (query: Query): Promise<Answer> => {
    const pck = findPck(query, platforms);
    const headers = {
      'SGX-PCK-Certificate-Issuer-Chain': chainHeader(pck.chain[1], pck.chain[2]),
      'SGX-TCBm': tcbmOf(pck),
      'SGX-FMSPC': pck.platform.fmspc.toUpperCase(),
      'SGX-PCK-Certificate-CA-Type': pck.platform.ca,
    };
    return { body: pck.certificate.pem, headers: { ...PEM_TYPE, ...headers } };
  };
  const fmspcs = async (query: Query): Promise<Answer> => {
    const wanted = word(query, 'platform', ['all', 'client', 'E3', 'E5']) ?? 'all';
    const known = new Map(
      platforms.map(({ pck: { platform } }) => [
        platform.fmspc.toUpperCase(),
        platform.ca === 'platform' ? 'E5' : 'E3',
      ]),
    );
    const list = [...known].map(([fmspc, platform]) => ({ fmspc, platform }));
    return jsonAnswer(kind, JSON.stringify(list.filter(({ platform }) => wanted === 'all' || platform === wanted)));
  };
  /** A PCCS has any CRL that a certificate names. */
  const crlAt = async (query: Query): Promise<Answer> => {
    const uri = required(query, 'uri', /^.{1,2048}$/);
    if (uri === rootCrlUrl(vendor)) return crlAnswer(await crlOf('root'), 'der');
    const ca = (['processor', 'platform'] as const).find((name) => uri === pckCrlUrl(vendor, name));
    if (ca === undefined) throw new Refusal(404, 'uri: unknown');
    return crlAnswer(await crlOf(ca), 'der');
  };

  const v4 = (tee: 'sgx' | 'tdx', path: string): string => `/${tee}/certification/v4/${path}`;
  const ofKind: readonly (readonly [string, Route])[] =
    kind === 'pcs'
      ? [[new URL(rootCrlUrl(vendor)).pathname, async () => crlAnswer(await crlOf('root'), 'der')]]
      : [
          [v4('sgx', 'rootcacrl'), async () => crlAnswer(await crlOf('root'), 'hex')],
          [v4('sgx', 'crl'), crlAt],
        ];
  return new Map([
    ...ofKind,
    [v4('sgx', 'tcb'), (query) => tcbInfo(query, 'sgx')],
    [v4('tdx', 'tcb'), (query) => tcbInfo(query, 'tdx')],
    [v4('sgx', 'qe/identity'), (query) => identity(query, 'QE')],
    [v4('tdx', 'qe/identity'), (query) => identity(query, 'TD_QE')],
    [v4('sgx', 'qve/identity'), (query) => identity(query, 'QVE')],
    [v4('sgx', 'tcbevaluationdatanumbers'), () => evaluations('sgx')],
    [v4('tdx', 'tcbevaluationdatanumbers'), () => evaluations('tdx')],
    [v4('sgx', 'pckcrl'), pckCrl],
    [v4('sgx', 'pckcert'), pckCert],
    [v4('sgx', 'fmspcs'), fmspcs],
  ]);
}

/** Makes each value once. */
function memory<T>(): (key: string, make: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
}
