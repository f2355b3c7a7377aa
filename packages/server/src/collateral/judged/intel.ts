import { authenticateEndorsements, type DcapCollateral, type Endorsements } from '@assay/verify';
import { fromCrlFile } from '@assay/verify/codec';
import { sgx } from '@assay/verify/sgx';
import { type IntelResource, type Issue, ROOT_CHAIN, ROOT_CRL } from '../resource.ts';
import { type Chain, chainIn, crlIn, requireUnrevoked } from './certificates.ts';
import { judgeEvaluations, judgeFmspcs, judgePck } from './intel-others.ts';
import { CollateralRefusal, type Judged, parsed, type Received, type Surroundings, validNow } from './judged.ts';

const PCK_CRL_CHAIN = 'sgx-pck-crl-issuer-chain';
const TCB_CHAINS = ['tcb-info-issuer-chain', 'sgx-tcb-info-issuer-chain'];
const IDENTITY_CHAIN = 'sgx-enclave-identity-issuer-chain';

/** Texts are judged as text: bytes that are none become text that no signature covers. */
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Authenticates one of Intel's documents against its chain and the root's list. Throws a refusal. */
export async function judgeIntel(resource: IntelResource, received: Received, around: Surroundings): Promise<Judged> {
  const what = resource.target;
  switch (resource.kind) {
    case 'root-crl': {
      const chain = chainIn(what, received, [ROOT_CHAIN]);
      const rootCaCrl = parsed(what, () => fromCrlFile(received.bytes));
      const raw = { rootCaCrl, pckCrlIssuerChain: chain.pem };
      const found = await authenticated(what, raw, /\/root-crl$/, around);
      requireUnrevoked(what, chain.certificates, crlIn(what, rootCaCrl));
      return { ...found, body: rootCaCrl, headers: { [ROOT_CHAIN]: chain.header }, contentType: CRL_TYPE };
    }
    case 'pck-crl': {
      const chain = chainIn(what, received, [PCK_CRL_CHAIN]);
      const pckCrl = parsed(what, () => fromCrlFile(received.bytes));
      const name = resource.ca === 'platform' ? 'Platform' : 'Processor';
      const subject = new RegExp(`/pck-crl/Intel SGX PCK ${name} CA$`);
      const found = await underRoot(what, { pckCrl, pckCrlIssuerChain: chain.pem }, chain, subject, around);
      return { ...found, body: pckCrl, headers: { [PCK_CRL_CHAIN]: chain.header }, contentType: CRL_TYPE };
    }
    case 'tcb': {
      const chain = chainIn(what, received, TCB_CHAINS);
      const raw = { tcbInfo: lenient.decode(received.bytes), tcbSignChain: chain.pem };
      const subject = `/tcb-info/${resource.fmspc.toLowerCase()}/${resource.tee.toUpperCase()}/`;
      const found = await ofIssue(what, raw, chain, subject, resource.issue, around);
      return { ...found, ...json(received), headers: { 'tcb-info-issuer-chain': chain.header } };
    }
    case 'identity': {
      const chain = chainIn(what, received, [IDENTITY_CHAIN]);
      const raw = { qeIdentity: lenient.decode(received.bytes), tcbSignChain: chain.pem };
      const found = await ofIssue(what, raw, chain, `/qe-identity/${resource.id}/`, resource.issue, around);
      return { ...found, ...json(received), headers: { [IDENTITY_CHAIN]: chain.header } };
    }
    case 'evaluations':
      return judgeEvaluations(resource, received, around);
    case 'pck':
      return judgePck(resource, received, around);
    case 'fmspcs':
      return judgeFmspcs(resource, received, around);
  }
}

const CRL_TYPE = 'application/pkix-crl';

function json({ bytes }: Received): Pick<Judged, 'body' | 'contentType'> {
  return { body: bytes, contentType: 'application/json' };
}

type Found = Pick<Judged, 'dated' | 'notBefore' | 'notAfter'>;

/** A document with an evaluation data number: that it was asked for, or that never goes back where one is named. */
async function ofIssue(
  what: string,
  raw: DcapCollateral,
  chain: Chain,
  subject: string,
  issue: Issue,
  around: Surroundings,
): Promise<Found> {
  const found = await underRoot(what, raw, chain, new RegExp(`${subject}\\d+$`), around);
  const key = found.dated.find((document) => document.key.includes(subject))?.key ?? '';
  const number = Number(key.slice(key.lastIndexOf('/') + 1));
  if ('update' in issue) return { ...found, dated: [...found.dated, { key: `evaluation ${what}`, issued: number }] };
  if (number === issue.number) return found;
  throw new CollateralRefusal('another-document', `${what}: the answer has the evaluation data number ${number}`);
}

/** Holds a document against the root's list, too. */
async function underRoot(
  what: string,
  raw: DcapCollateral,
  chain: Chain,
  subject: RegExp,
  around: Surroundings,
): Promise<Found> {
  const { body: rootCaCrl } = await around.need(ROOT_CRL);
  const found = await authenticated(what, { ...raw, rootCaCrl }, subject, around);
  requireUnrevoked(what, chain.certificates, crlIn(what, rootCaCrl));
  return found;
}

/** A handle has a document exactly when its signature and its chain to the anchor are sound. */
async function authenticated(
  what: string,
  dcap: DcapCollateral,
  subject: RegExp,
  { roots, now }: Surroundings,
): Promise<Found> {
  const handle: Endorsements = await authenticateEndorsements({ dcap }, { tee: sgx, roots, source: 'own' });
  const { documents, validity } = handle;
  const isRootCrl = (key: string): boolean => key.endsWith('/root-crl');
  if (!documents.some(({ key }) => isRootCrl(key))) {
    throw new CollateralRefusal('not-authentic', `${what}: it does not lead to a root that is trusted here`);
  }
  if (!documents.some(({ key }) => subject.test(key))) {
    const [other] = documents.filter(({ key }) => !isRootCrl(key));
    if (other === undefined) throw new CollateralRefusal('not-authentic', `${what}: its signature or form is wrong`);
    throw new CollateralRefusal('another-document', `${what}: the answer is ${other.key.replace(/^[^/]*\//, '')}`);
  }
  return { dated: documents, ...validNow(what, [validity], now) };
}
