import { Buffer } from 'node:buffer';
import { type Collateral, QuoteVerifier, verify } from '@phala/dcap-qvl';
import type { Sample } from './evidence.ts';
import type { Subject } from './ratio.ts';

/** @phala/dcap-qvl over the same evidence. Its input is prepared once: only its verification is timed. */
export function peer({ quote, files, now, root }: Sample): Subject {
  const collateral = foreignForm(files);
  const seconds = now.getTime() / 1000;
  const bytes = Buffer.from(quote);
  const verifier = root && QuoteVerifier.newWithRootCa(Buffer.from(root));
  return {
    run: () =>
      verifier === undefined ? verify(bytes, collateral, seconds) : verifier.verify(bytes, collateral, seconds),
  };
}

function foreignForm(files: Sample['files']): Collateral {
  const text = (name: string): string => Buffer.from(files[name] ?? []).toString('utf8');
  const hex = (name: string): string => Buffer.from(files[name] ?? []).toString('hex');
  const split = (name: string, member: string): { body: string; signature: string } => {
    const whole = text(name);
    const { signature } = JSON.parse(whole) as { signature: string };
    const start = whole.indexOf('{', whole.indexOf(`"${member}"`));
    return { body: whole.slice(start, whole.lastIndexOf('}', whole.lastIndexOf('"signature"')) + 1), signature };
  };
  const tcbInfo = split('tcbInfo.json', 'tcbInfo');
  const qeIdentity = split('qeIdentity.json', 'enclaveIdentity');
  return {
    pck_crl_issuer_chain: text('pckCrlIssuerChain.pem'),
    root_ca_crl: hex('rootCaCrl.der'),
    pck_crl: hex('pckCrl.der'),
    tcb_info_issuer_chain: text('tcbSignChain.pem'),
    tcb_info: tcbInfo.body,
    tcb_info_signature: tcbInfo.signature,
    qe_identity_issuer_chain: text('tcbSignChain.pem'),
    qe_identity: qeIdentity.body,
    qe_identity_signature: qeIdentity.signature,
  };
}
