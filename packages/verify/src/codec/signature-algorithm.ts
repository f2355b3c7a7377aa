import { malformed } from '../errors.ts';
import { childrenOf, contentsOf, type Der, expectTag, TAG } from './der.ts';
import { oidOf } from './der-values.ts';
import { toHex } from './hex.ts';

/** Signature algorithms of certificates and CRLs that the vendors use. */
export type SignatureAlgorithm = 'ecdsa-sha256' | 'ecdsa-sha384' | 'rsa-sha256' | 'rsa-pss-sha384';

const ECDSA: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.10045.4.3.2': 'ecdsa-sha256',
  '1.2.840.10045.4.3.3': 'ecdsa-sha384',
};
/** RSASSA-PSS-params of AMD's chain: SHA-384, MGF1 with SHA-384, salt 48, trailer 1 (RFC 4055 section 3.1). */
const PSS_SHA384 = new Set([
  'a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130',
  'a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130a303020101',
]);

/** Parses an AlgorithmIdentifier of a signature; parameters must be exactly those of the algorithm. */
export function parseSignatureAlgorithm(element: Der | undefined, what: string): SignatureAlgorithm {
  const [type, parameters, ...rest] = childrenOf(expectTag(element, TAG.sequence, what), 3);
  const oid = oidOf(type, what);
  const ecdsa = ECDSA[oid];
  if (rest.length === 0) {
    if (ecdsa !== undefined && parameters === undefined) return ecdsa;
    if (oid === '1.2.840.113549.1.1.11' && parameters?.tag === TAG.null && parameters.end === parameters.content) {
      return 'rsa-sha256';
    }
    if (oid === '1.2.840.113549.1.1.10' && parameters?.tag === TAG.sequence) {
      if (PSS_SHA384.has(toHex(contentsOf(parameters)))) return 'rsa-pss-sha384';
    }
  }
  throw malformed(`${what}: unsupported signature algorithm ${oid}`, { field: what });
}
