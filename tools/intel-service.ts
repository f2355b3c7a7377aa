import type { CollateralFiles, Pck } from '@assay/simulate';
import type { Reply } from './local-service.ts';

/** A collateral service's dialect: Intel's own, or that of a caching service. */
export type Dialect = 'pcs' | 'pccs';

/** Routes of a service that has the collateral of one platform; the same record can be changed while it runs. */
export type IntelRoutes = Record<string, Reply | readonly Reply[]>;

const encode = (chain: string): string => encodeURIComponent(chain);

/** A service as Intel's specification (PCS v4) has it, or as the reference PCCS answers: CRLs in hexadecimal. */
export function intelRoutes(files: CollateralFiles, tee: 'sgx' | 'tdx', dialect: Dialect): IntelRoutes {
  const crl = (der: Uint8Array): string | Uint8Array => (dialect === 'pcs' ? der : Buffer.from(der).toString('hex'));
  const signers = encode(files['tcbSignChain.pem']);
  const header = (name: string, value: string): Record<string, string> => ({
    [dialect === 'pcs' ? name : name.toLowerCase()]: value,
  });
  const root = dialect === 'pcs' ? '/IntelSGXRootCA.der' : '/sgx/certification/v4/rootcacrl';
  return {
    [`/${tee}/certification/v4/tcb`]: {
      headers: header('TCB-Info-Issuer-Chain', signers),
      body: files['tcbInfo.json'],
    },
    [`/${tee}/certification/v4/qe/identity`]: {
      headers: header('SGX-Enclave-Identity-Issuer-Chain', signers),
      body: files['qeIdentity.json'],
    },
    '/sgx/certification/v4/pckcrl': {
      headers: header('SGX-PCK-CRL-Issuer-Chain', encode(files['pckCrlIssuerChain.pem'])),
      body: crl(files['pckCrl.der']),
    },
    [root]: { body: crl(files['rootCaCrl.der']) },
  };
}

/** The answer to `/pckcert`: the leaf, its chain, and the TCB that was matched. */
export function pckReply({ certificate, issuer, chain, platform }: Pck, tcbm?: string): Reply {
  const { cpuSvn, pceSvn } = platform;
  const matched = Buffer.concat([cpuSvn, Uint8Array.of(pceSvn & 255, pceSvn >> 8)]).toString('hex');
  return {
    headers: {
      'SGX-PCK-Certificate-Issuer-Chain': encode(issuer.certificate.pem + chain[2].pem),
      'SGX-TCBm': tcbm ?? matched.toUpperCase(),
    },
    body: certificate.pem,
  };
}
