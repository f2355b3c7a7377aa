import { fromBase64 } from '../codec/base64.ts';
import { equalBytes } from '../codec/bytes.ts';
import { fromHex, toHex } from '../codec/hex.ts';
import { type Json, type JsonObject, parseJsonObject } from '../codec/json.ts';
import { arrayOf, exactMembers, integerOf, textOf } from '../codec/json-fields.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import { utf8 } from '../codec/text.ts';
import { attempt } from '../errors.ts';
import type { DcapCollateral } from './raw.ts';

const MAX_TEXT = 1_048_576;
const MAX_CRL = 4_194_304;
const TEXTS = ['pck_crl_issuer_chain', 'tcb_info_issuer_chain', 'tcb_info', 'qe_identity_issuer_chain', 'qe_identity'];
const LISTS = ['root_ca_crl', 'pck_crl'];
const OPTIONAL = [
  'tcb_info_signature',
  'qe_identity_signature',
  'pck_certificate_chain',
  'version',
  'major_version',
  'minor_version',
  'tee_type',
];

/**
 * Reads `QuoteCollateralV3` as dcap-qvl and Phala's services write it: CRLs and signatures as hexadecimal, base64 or
 * arrays of bytes. Without signature members, the documents are Intel's whole ones, as in Intel's own structure. The
 * signed texts are kept byte for byte. Throws `malformed`, naming the member.
 */
export function readCollateralV3(object: JsonObject): DcapCollateral {
  exactMembers(object, 'collateral', [...TEXTS, ...LISTS], OPTIONAL);
  const text = (name: string): string => textOf(object[name], `collateral.${name}`, MAX_TEXT);
  const bytes = (name: string): Uint8Array => binary(object[name], `collateral.${name}`, MAX_CRL);
  const chain = object.pck_certificate_chain ?? null;
  const [tcbChain, qeChain] = [text('tcb_info_issuer_chain'), text('qe_identity_issuer_chain')];
  return {
    tcbInfo: signed(object, 'tcb_info', 'tcbInfo'),
    qeIdentity: signed(object, 'qe_identity', 'enclaveIdentity'),
    tcbSignChain: utf8(tcbChain),
    ...(!sameChain(tcbChain, qeChain) && { qeIdentitySignChain: utf8(qeChain) }),
    pckCrlIssuerChain: utf8(text('pck_crl_issuer_chain')),
    rootCaCrl: bytes('root_ca_crl'),
    pckCrl: bytes('pck_crl'),
    ...(chain !== null && { pckCertChain: utf8(text('pck_certificate_chain')) }),
  };
}

/** Intel's response body: the text that was signed, as it is, and its signature. */
function signed(object: JsonObject, name: string, member: string): string {
  const text = textOf(object[name], `collateral.${name}`, MAX_TEXT);
  // A text that is no whole object could bring members of its own.
  const document = parseJsonObject(text, `collateral.${name}`);
  const signature = object[`${name}_signature`];
  if (signature === undefined) {
    exactMembers(document, `collateral.${name}`, [member, 'signature']);
    return text;
  }
  return `{"${member}":${text},"signature":"${toHex(binary(signature, `collateral.${name}_signature`, 64))}"}`;
}

/** Bytes as hexadecimal, base64 or an array; text that is neither (PEM) is kept for the parser of CRLs. */
function binary(value: Json | undefined, field: string, max: number): Uint8Array {
  if (typeof value !== 'string') {
    return Uint8Array.from(arrayOf(value, field, max).map((byte) => integerOf(byte, field, 0, 255)));
  }
  const text = textOf(value, field, 2 * max).trim();
  if (text.startsWith('-----')) return utf8(text);
  return /^[0-9a-fA-F]*$/.test(text) ? fromHex(text, field) : fromBase64(text, field);
}

/** The same certificates in the same order, whatever the line ends. Chains that do not parse must be the same text. */
function sameChain(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [a, b].map((text) => attempt(() => fromCertificateChain(utf8(text))));
  if (first === undefined || second === undefined || 'reason' in first || 'reason' in second) return false;
  const none = new Uint8Array();
  return (
    first.value.length === second.value.length &&
    first.value.every((der, index) => equalBytes(der, second.value[index] ?? none))
  );
}
