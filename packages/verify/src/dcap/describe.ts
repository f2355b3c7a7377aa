import { toHex } from '../codec/hex.ts';
import type { JsonObject } from '../codec/json.ts';
import type { Quote } from './quote.ts';

/** The parts of a quote besides its body, for people and programs to read: hex and numbers. */
export function describeQuote({ header, bodyType, authentication, trailing }: Quote): JsonObject {
  const { qeReport, qeAuthData, attestationKey, certification } = authentication;
  return {
    version: header.version,
    attestationKeyType: header.attestationKeyType,
    teeType: header.teeType,
    qeVendorId: toHex(header.qeVendorId),
    userData: toHex(header.userData),
    bodyType,
    attestationKey: toHex(attestationKey),
    qe: {
      mrenclave: toHex(qeReport.mrEnclave),
      mrsigner: toHex(qeReport.mrSigner),
      isvProdId: qeReport.isvProdId,
      isvSvn: qeReport.isvSvn,
      attributes: toHex(qeReport.attributes),
      authData: toHex(qeAuthData),
    },
    certificationType: certification.type,
    trailingBytes: trailing,
  };
}
