import { toHex } from '../codec/hex.ts';
import type { JsonObject } from '../codec/json.ts';
import type { Claims } from '../verdict/verdict.ts';
import type { PckPlatform } from './pck-extension.ts';
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

/** Claims completed by what the PCK certificate says of the platform; as they were where that is unknown. */
export function withPlatform(claims: Claims, platform: PckPlatform | undefined): Claims {
  if (platform === undefined) return claims;
  const { ppid, fmspc, pceId, platformInstanceId } = platform;
  return {
    ...claims,
    platform: {
      ppid: toHex(ppid),
      fmspc: toHex(fmspc),
      pceId: toHex(pceId),
      ...(platformInstanceId && { platformInstanceId: toHex(platformInstanceId) }),
    },
  };
}
