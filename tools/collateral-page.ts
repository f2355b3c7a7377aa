import { authenticate, fromPem, type Verdict, verify } from '@assay/verify';
import { fromBase64 } from '@assay/verify/codec';
import { tdx } from '@assay/verify/tdx';

/** What a page is given: where the collateral is, the evidence, and whom it trusts at which time. */
export interface Given {
  readonly service: string;
  /** Base64. */
  readonly evidence: string;
  readonly rootPem: string;
  readonly at: string;
}

/** Runs in a page: verifies a quote of a TD with what a collateral service of another origin has. */
async function judge({
  service,
  evidence,
  rootPem,
  at,
}: Given): Promise<Pick<Verdict, 'layers' | 'tcb' | 'simulated'>> {
  const quote = fromBase64(evidence, 'evidence');
  const { claims } = await authenticate(quote, { tees: [tdx], now: new Date(at), endorsements: {} });
  const fmspc = claims?.platform.fmspc ?? '';
  const get = async (path: string) => {
    const answer = await fetch(`${service}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return {
      chainIn: (name: string) => chainOf(answer.headers.get(name)),
      bytes: new Uint8Array(await answer.arrayBuffer()),
    };
  };
  const tcb = await get(`/tdx/certification/v4/tcb?fmspc=${fmspc}`);
  const identity = await get('/tdx/certification/v4/qe/identity');
  const list = await get('/sgx/certification/v4/pckcrl?ca=platform&encoding=der');
  const rootList = await get('/sgx/certification/v4/rootcacrl');
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const dcap = {
    tcbInfo: text(tcb.bytes),
    qeIdentity: text(identity.bytes),
    tcbSignChain: tcb.chainIn('TCB-Info-Issuer-Chain'),
    qeIdentitySignChain: identity.chainIn('SGX-Enclave-Identity-Issuer-Chain'),
    rootCaCrl: rootList.bytes,
    pckCrl: list.bytes,
    pckCrlIssuerChain: list.chainIn('SGX-PCK-CRL-Issuer-Chain'),
  };
  const {
    layers,
    tcb: level,
    simulated,
  } = await verify(quote, {
    tees: [tdx],
    endorsements: { dcap },
    now: new Date(at),
    roots: fromPem(rootPem, 'CERTIFICATE'),
    allowSimulated: true,
    policy: { identity: 'any', freshness: 'any', binding: 'any' },
  });
  return { layers, tcb: level, simulated };
}

function chainOf(header: string | null): Uint8Array {
  if (header === null) throw new Error('the page may not read the header of the chain');
  return new TextEncoder().encode(decodeURIComponent(header));
}

Object.assign(globalThis, { judge });
