import { verify as verifySignature, X509Certificate } from 'node:crypto';
import {
  asObject,
  type Certificate,
  fromCertificateChain,
  fromHex,
  fromIso,
  fromUtf8,
  parseCertificate,
  parseJson,
  parseJsonObject,
  utf8,
} from '@assay/verify/codec';
import { type IntelResource, type PckCa, pckCrlOf, ROOT_CHAIN, ROOT_CRL } from '../resource.ts';
import {
  type Chain,
  certificatePem,
  chainIn,
  chainOfTwo,
  crlIn,
  requireIssued,
  requireUnrevoked,
} from './certificates.ts';
import {
  CollateralRefusal,
  type Companion,
  type Judged,
  parsed,
  type Received,
  type Surroundings,
  validNow,
} from './judged.ts';

/** Unsigned lists are good for so long, in seconds. */
const LIST_LIFE = 7 * 86_400;

/** The list of evaluation data numbers, signed as TCB infos are. */
export async function judgeEvaluations(
  { target: what, tee }: Extract<IntelResource, { kind: 'evaluations' }>,
  received: Received,
  around: Surroundings,
): Promise<Judged> {
  const chain = chainIn(what, received, ['tcb-evaluation-data-numbers-issuer-chain']);
  const list = await underKeptRoot(what, chain, /^Intel SGX TCB Signing$/, around);
  const { body, signed, signature } = parsed(what, () => evaluationsIn(received.bytes));
  const [signer] = chain.certificates;
  const key = signer && { key: new X509Certificate(signer.raw).publicKey, dsaEncoding: 'ieee-p1363' as const };
  if (key === undefined || !verifySignature('sha256', signed, key, signature)) {
    throw new CollateralRefusal('not-authentic', `${what}: its signature is wrong`);
  }
  if (body.id !== tee.toUpperCase())
    throw new CollateralRefusal('another-document', `${what}: the answer is ${body.id}`);
  const window = { notBefore: body.issued, notAfter: body.nextUpdate };
  return {
    ...validNow(what, [window, list, ...chain.certificates], around.now),
    body: received.bytes,
    headers: { 'tcb-evaluation-data-numbers-issuer-chain': chain.header },
    contentType: 'application/json',
    dated: [{ key: `evaluations/${body.id}`, issued: body.issued }],
  };
}

/** Intel signs the member's text as it stands. */
function evaluationsIn(bytes: Uint8Array) {
  const text = fromUtf8(bytes, 'tcbEvaluationDataNumbers');
  const whole = parseJsonObject(text, 'tcbEvaluationDataNumbers');
  const [, signed = '', signature = ''] =
    /^\{"tcbEvaluationDataNumbers":(\{.*\}),"signature":"([0-9a-fA-F]{128})"\}$/s.exec(text) ?? [];
  const document = asObject(whole.tcbEvaluationDataNumbers, 'tcbEvaluationDataNumbers');
  const { id, issueDate, nextUpdate } = document;
  const body = {
    id: String(id),
    issued: fromIso(String(issueDate), 'issueDate'),
    nextUpdate: fromIso(String(nextUpdate), 'nextUpdate'),
  };
  return { body, signed: utf8(signed), signature: fromHex(signature, 'signature') };
}

/** A PCK certificate: of Intel's authorities, and on neither list. Which platform it is for, its holder sees. */
export async function judgePck(
  { target: what }: Extract<IntelResource, { kind: 'pck' }>,
  received: Received,
  around: Surroundings,
): Promise<Judged> {
  const chain = chainIn(what, received, ['sgx-pck-certificate-issuer-chain']);
  const list = await underKeptRoot(what, chain, /^Intel SGX PCK (?:Platform|Processor) CA$/, around);
  const [leaf, ...more] = parsed(what, () => fromCertificateChain(received.bytes).map(parseCertificate));
  const [authority] = chain.certificates;
  if (leaf === undefined || authority === undefined || more.length > 0) {
    throw new CollateralRefusal('malformed', `${what}: the answer is not one certificate`);
  }
  requireIssued(what, leaf, authority);
  const ca: PckCa = authority.subject.attributes.CN?.includes('Platform') ? 'platform' : 'processor';
  const revoked = await around.need(pckCrlOf(ca));
  requireUnrevoked(what, [leaf], crlIn(what, revoked.body));
  return {
    ...validNow(what, [leaf, list, revoked, ...chain.certificates], around.now),
    body: utf8(certificatePem(leaf.raw)),
    headers: {
      'sgx-pck-certificate-issuer-chain': chain.header,
      ...hint(received, 'sgx-tcbm', /^[0-9a-f]{36}$/i),
      ...hint(received, 'sgx-fmspc', /^[0-9a-f]{12}$/i),
      'sgx-pck-certificate-ca-type': ca,
    },
    contentType: 'application/x-pem-file',
    dated: [],
  };
}

/** FMSPCs that Intel's service knows: nobody signs the list, and nothing rests on it. */
export async function judgeFmspcs(
  { target: what }: Extract<IntelResource, { kind: 'fmspcs' }>,
  { bytes }: Received,
  { now }: Surroundings,
): Promise<Judged> {
  const list = parsed(what, () => parseJson(fromUtf8(bytes, 'fmspcs'), 'fmspcs'));
  const isEntry = (entry: unknown): boolean => {
    const { fmspc, platform } = (entry ?? {}) as { readonly fmspc?: unknown; readonly platform?: unknown };
    return /^[0-9a-f]{12}$/i.test(String(fmspc)) && /^[A-Za-z0-9]{1,16}$/.test(String(platform));
  };
  if (!Array.isArray(list) || !list.every(isEntry)) {
    throw new CollateralRefusal('malformed', `${what}: the answer is no list of FMSPCs`);
  }
  const window = { notBefore: now, notAfter: now + LIST_LIFE };
  return { ...window, body: bytes, headers: {}, contentType: 'application/json', dated: [] };
}

/** Holds a chain against the root of the list that is kept, which was authenticated, and against the list. */
async function underKeptRoot(what: string, chain: Chain, name: RegExp, around: Surroundings): Promise<Companion> {
  const list = await around.need(ROOT_CRL);
  const [signer, root] = chain.certificates;
  const trusted = rootOf(list);
  if (signer === undefined || root === undefined) throw new Error('a chain of two has two certificates');
  // Intel has certified its key anew: another certificate of the same key is the same root.
  requireIssued(what, root, trusted);
  requireIssued(what, signer, trusted);
  if (!name.test(signer.subject.attributes.CN ?? '')) {
    throw new CollateralRefusal('not-authentic', `${what}: its signer is ${signer.subject.attributes.CN}`);
  }
  requireUnrevoked(what, [signer], crlIn(what, list.body));
  return list;
}

/** The root certificate that came with the root's list. */
export function rootOf({ headers }: Pick<Companion, 'headers'>): Certificate {
  const { [ROOT_CHAIN]: chain = '' } = headers;
  const text = decodeURIComponent(chain);
  const [, root] = chainOfTwo(ROOT_CRL.target, utf8(text)).certificates;
  if (root === undefined) throw new Error('a chain of two has two certificates');
  return root;
}

function hint({ headers }: Received, name: string, form: RegExp): Readonly<Record<string, string>> {
  const value = headers.get(name);
  return value !== null && form.test(value) ? { [name]: value } : {};
}
