import { fromCrlFile } from '../codec/pem.ts';
import { utf8 } from '../codec/text.ts';
import { attempt } from '../errors.ts';
import type { DcapCollateral } from './raw.ts';

/** One answer of a provisioning certification service (PCS) or of a cache of it (PCCS). */
export interface PcsAnswer {
  /** The body as received. */
  readonly body: Uint8Array;
  /** Header values by name, names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers to the requests for one platform; what could not be had is left out. */
export interface PcsAnswers {
  readonly tcbInfo?: PcsAnswer | undefined;
  readonly qeIdentity?: PcsAnswer | undefined;
  readonly pckCrl?: PcsAnswer | undefined;
  readonly rootCaCrl?: PcsAnswer | undefined;
  readonly pckCert?: PcsAnswer | undefined;
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Collateral from a service's answers: issuer chains stand in headers, in percent encoding; caches answer CRLs in
 * hexadecimal. Nothing is judged here: what has no form is passed on, for its own check to refuse.
 */
export function collateralFromPcs({ tcbInfo, qeIdentity, pckCrl, rootCaCrl, pckCert }: PcsAnswers): DcapCollateral {
  const tcbChain = chainIn(tcbInfo, 'tcb-info-issuer-chain', 'sgx-tcb-info-issuer-chain');
  const qeChain = chainIn(qeIdentity, 'sgx-enclave-identity-issuer-chain');
  const signChain = tcbChain ?? qeChain;
  const crlChain = chainIn(pckCrl, 'sgx-pck-crl-issuer-chain');
  const pckChain = chainIn(pckCert, 'sgx-pck-certificate-issuer-chain');
  return {
    ...(tcbInfo && { tcbInfo: lenient.decode(tcbInfo.body) }),
    ...(qeIdentity && { qeIdentity: lenient.decode(qeIdentity.body) }),
    ...(signChain !== undefined && { tcbSignChain: utf8(signChain) }),
    ...(qeChain !== undefined && qeChain !== signChain && { qeIdentitySignChain: utf8(qeChain) }),
    ...(rootCaCrl && { rootCaCrl: crlOf(rootCaCrl) }),
    ...(pckCrl && { pckCrl: crlOf(pckCrl) }),
    ...(crlChain !== undefined && { pckCrlIssuerChain: utf8(crlChain) }),
    ...(pckCert && { pckCertChain: utf8(`${lenient.decode(pckCert.body)}\n${pckChain ?? ''}`) }),
  };
}

function chainIn(answer: PcsAnswer | undefined, ...names: readonly string[]): string | undefined {
  const value = names.map((name) => answer?.headers[name]).find((header) => header !== undefined);
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function crlOf({ body }: PcsAnswer): Uint8Array {
  const der = attempt(() => fromCrlFile(body));
  return 'value' in der ? der.value : body;
}
