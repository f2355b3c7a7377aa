import { equalBytes } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { type DatedDocument, type Endorsements, handleKind } from '../endorsements/handle.ts';
import type { DcapCollateral, RawEndorsements } from '../endorsements/raw.ts';
import type { EndorsementOptions, EndorsementVerifier } from '../tee.ts';
import { authenticateCollateral, type Collateral } from './collateral.ts';
import type { Platform } from './platform.ts';
import { intersection } from './window.ts';

/** How many platforms a handle remembers. */
const MAX_PLATFORMS = 256;
/** Most are 5,000 bytes; padding makes more of them. */
const MAX_PART = 65_536;

/** What a handle stands for: authenticated collateral, and the platforms authenticated against it. */
export interface DcapState {
  readonly collateral: Collateral;
  /** The platform that was authenticated from exactly these bytes. */
  platform(owner: string, part: Uint8Array): Platform | undefined;
  /** `owner`: the attestation key. One of its platforms is remembered, for unsigned bytes of its quotes are anybody's. */
  rememberPlatform(owner: string, part: Uint8Array, platform: Platform): void;
}

const handles = handleKind<DcapState>();

/** The state behind a handle: undefined for a handle of another vendor. */
export function dcapStateOf(handle: Endorsements): DcapState | undefined {
  return handles.open(handle);
}

/** Intel's collateral, shared by SGX and TDX. */
export const dcapEndorsements: EndorsementVerifier = {
  family: 'dcap',
  async authenticate(raw: RawEndorsements, options: EndorsementOptions): Promise<Endorsements> {
    const collateral = await authenticateCollateral(snapshot(raw.dcap ?? {}), options);
    const sound = collateral.checks.every(({ outcome }) => outcome === 'pass');
    const documents = documentsOf(collateral);
    const validity = intersection(collateral.windows);
    const facts = { family: 'dcap', source: options.source, sound, documents, validity } as const;
    return handles.seal(facts, createState(collateral));
  },
};

/** A copy: the handle goes on reading the PCK chain, and nothing may change under it. */
function snapshot(raw: DcapCollateral): DcapCollateral {
  const copy = (bytes: Uint8Array | undefined): Uint8Array | undefined => bytes && new Uint8Array(bytes);
  return {
    tcbInfo: raw.tcbInfo,
    qeIdentity: raw.qeIdentity,
    tcbSignChain: copy(raw.tcbSignChain),
    qeIdentitySignChain: copy(raw.qeIdentitySignChain),
    rootCaCrl: copy(raw.rootCaCrl),
    pckCrl: copy(raw.pckCrl),
    pckCrlIssuerChain: copy(raw.pckCrlIssuerChain),
    pckCertChain: copy(raw.pckCertChain),
  };
}

function createState(collateral: Collateral): DcapState {
  const platforms = new Map<string, { readonly part: Uint8Array; readonly platform: Platform }>();
  return {
    collateral,
    platform(owner, part) {
      const known = platforms.get(owner);
      return known && equalBytes(known.part, part) ? known.platform : undefined;
    },
    rememberPlatform(owner, part, platform) {
      if (part.length > MAX_PART) return;
      platforms.delete(owner);
      const [oldest] = platforms.keys();
      if (platforms.size >= MAX_PLATFORMS && oldest !== undefined) platforms.delete(oldest);
      // A copy: the view would keep the whole quote.
      platforms.set(owner, { part: new Uint8Array(part), platform });
    },
  };
}

function documentsOf({ tcbInfo, qeIdentity, rootCrl, pckCrl, root, pckCa }: Collateral): DatedDocument[] {
  // The end of the key, for all keys of a kind begin alike. It only keeps the documents of trusted roots apart: nobody
  // else's root gets here, so that no key made to end like it does harm.
  const anchor = root === undefined ? 'none' : toHex(root.certificate.publicKey.raw).slice(-32);
  const documents: DatedDocument[] = [];
  if (tcbInfo) {
    const { fmspc, id, evaluationDataNumber, issueDate } = tcbInfo;
    documents.push({ key: `${anchor}/tcb-info/${toHex(fmspc)}/${id}/${evaluationDataNumber}`, issued: issueDate });
  }
  if (qeIdentity) {
    const { id, evaluationDataNumber, issueDate } = qeIdentity;
    documents.push({ key: `${anchor}/qe-identity/${id}/${evaluationDataNumber}`, issued: issueDate });
  }
  if (rootCrl) documents.push({ key: `${anchor}/root-crl`, issued: rootCrl.thisUpdate });
  if (pckCrl && pckCa) {
    documents.push({ key: `${anchor}/pck-crl/${pckCa.certificate.subject.attributes.CN}`, issued: pckCrl.thisUpdate });
  }
  return documents;
}
