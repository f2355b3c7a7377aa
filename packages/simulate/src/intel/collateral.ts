import type { CrlOptions } from './crl.ts';
import { type EnclaveIdentityOptions, issueEnclaveIdentity } from './enclave-identity.ts';
import type { Pck } from './pck.ts';
import { issueTcbInfo, type TcbInfoOptions } from './tcb-info.ts';
import { type IntelVendor, issueCrl } from './vendor.ts';

/** The files of a collateral directory: documents as answered, chains as PEM, CRLs as DER. */
export interface CollateralFiles {
  readonly 'tcbInfo.json': string;
  readonly 'qeIdentity.json': string;
  readonly 'tcbSignChain.pem': string;
  readonly 'rootCaCrl.der': Uint8Array;
  readonly 'pckCrl.der': Uint8Array;
  readonly 'pckCrlIssuerChain.pem': string;
}

/** What the collateral says, and what may be wrong with it. */
export interface CollateralOptions {
  readonly tee?: 'sgx' | 'tdx';
  readonly tcbInfo?: TcbInfoOptions;
  readonly qeIdentity?: EnclaveIdentityOptions;
  readonly rootCrl?: Partial<CrlOptions>;
  readonly pckCrl?: Partial<CrlOptions>;
}

/** Issues all that a verifier needs to judge quotes of a platform. */
export async function issueCollateral(
  vendor: IntelVendor,
  { platform, issuer }: Pick<Pck, 'platform' | 'issuer'>,
  options: CollateralOptions = {},
): Promise<CollateralFiles> {
  const { root, tcbSigning } = vendor.authorities;
  const tee = options.tee ?? 'sgx';
  const [tcbInfo, qeIdentity, rootCrl, pckCrl] = await Promise.all([
    issueTcbInfo(vendor, platform, { tee, ...options.tcbInfo }),
    issueEnclaveIdentity(vendor, { id: tee === 'tdx' ? 'TD_QE' : 'QE', ...options.qeIdentity }),
    issueCrl(vendor, 'root', options.rootCrl),
    issueCrl(vendor, platform.ca, options.pckCrl),
  ]);
  return {
    'tcbInfo.json': tcbInfo,
    'qeIdentity.json': qeIdentity,
    'tcbSignChain.pem': tcbSigning.certificate.pem + root.certificate.pem,
    'rootCaCrl.der': rootCrl,
    'pckCrl.der': pckCrl,
    'pckCrlIssuerChain.pem': issuer.certificate.pem + root.certificate.pem,
  };
}
