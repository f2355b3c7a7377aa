import { toBase64 } from '../codec/base64.ts';
import { asObject, type Json, type JsonObject, parseJsonObject } from '../codec/json.ts';
import { bytesOf, exactMembers, type Present, present, textOf } from '../codec/json-fields.ts';
import { fromCertificateChain, fromCrlFile } from '../codec/pem.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';
import { attempt, malformed } from '../errors.ts';
import { readCollateralV3 } from './collateral-v3.ts';
import type { ConfidentialSpaceEndorsements, DcapCollateral, RawEndorsements, SnpEndorsements } from './raw.ts';

/** The longest text or blob of one endorsement: what its parser would read at most. */
const MAX_MEMBER = 4_194_304;

const DCAP_TEXTS = ['tcbInfo', 'qeIdentity'] as const;
const DCAP_CHAINS = ['tcbSignChain', 'qeIdentitySignChain', 'pckCrlIssuerChain', 'pckCertChain'] as const;
const DCAP_CRLS = ['rootCaCrl', 'pckCrl'] as const;
const SNP = ['vek', 'ask', 'ark', 'crl'] as const;

/**
 * Endorsements from one JSON file: `assay.endorsements/1`, or the `QuoteCollateralV3` of other verifiers.
 * Throws `malformed`, naming the member; unknown members are refused.
 */
export function parseEndorsements(file: Uint8Array): RawEndorsements {
  const object = parseJsonObject(fromUtf8(file, 'endorsements'), 'endorsements');
  return 'schema' in object ? readEndorsements(object) : { dcap: readCollateralV3(object) };
}

/** Reads `assay.endorsements/1`, for example inside an envelope. Throws `malformed`, naming the member. */
export function readEndorsements(object: JsonObject): RawEndorsements {
  if (object.schema !== 'assay.endorsements/1') {
    throw malformed('endorsements.schema: expected "assay.endorsements/1"', { field: 'endorsements.schema' });
  }
  exactMembers(object, 'endorsements', ['schema'], ['dcap', 'snp', 'confidentialSpace']);
  const { dcap, snp, confidentialSpace } = object;
  return {
    ...(dcap !== undefined && { dcap: readDcap(asObject(dcap, 'endorsements.dcap')) }),
    ...(snp !== undefined && { snp: readSnp(asObject(snp, 'endorsements.snp')) }),
    ...(confidentialSpace !== undefined && {
      confidentialSpace: readKeys(asObject(confidentialSpace, 'endorsements.confidentialSpace')),
    }),
  };
}

/** `assay.endorsements/1`. Throws `malformed` for a certificate chain that is neither text nor DER. */
export function endorsementsJson({ dcap, snp, confidentialSpace }: RawEndorsements): JsonObject {
  const jwks = confidentialSpace?.jwks;
  return {
    schema: 'assay.endorsements/1',
    ...(dcap && { dcap: dcapJson(dcap) }),
    ...(snp && { snp: each(SNP, (name) => snp[name] && toBase64(snp[name])) }),
    ...(confidentialSpace && { confidentialSpace: { ...(jwks !== undefined && { jwks }) } }),
  };
}

function readDcap(object: JsonObject): DcapCollateral {
  exactMembers(object, 'endorsements.dcap', [], [...DCAP_TEXTS, ...DCAP_CHAINS, ...DCAP_CRLS]);
  const field = (name: string): string => `endorsements.dcap.${name}`;
  return {
    ...each(DCAP_TEXTS, (name) => read(object[name], (value) => textOf(value, field(name), MAX_MEMBER))),
    ...each(DCAP_CHAINS, (name) => read(object[name], (value) => utf8(textOf(value, field(name), MAX_MEMBER)))),
    ...each(DCAP_CRLS, (name) => read(object[name], (value) => bytesOf(value, field(name), MAX_MEMBER))),
  };
}

function readSnp(object: JsonObject): SnpEndorsements {
  exactMembers(object, 'endorsements.snp', [], SNP);
  return each(SNP, (name) => read(object[name], (value) => bytesOf(value, `endorsements.snp.${name}`, MAX_MEMBER)));
}

function readKeys(object: JsonObject): ConfidentialSpaceEndorsements {
  exactMembers(object, 'endorsements.confidentialSpace', [], ['jwks']);
  const field = 'endorsements.confidentialSpace.jwks';
  return object.jwks === undefined ? {} : { jwks: textOf(object.jwks, field, MAX_MEMBER) };
}

function dcapJson(dcap: DcapCollateral): JsonObject {
  return {
    ...each(DCAP_TEXTS, (name) => dcap[name]),
    ...each(DCAP_CHAINS, (name) => dcap[name] && chainText(dcap[name], name)),
    ...each(DCAP_CRLS, (name) => dcap[name] && toBase64(crlDer(dcap[name]))),
  };
}

/** A chain as text: PEM as it is, DER turned into PEM. */
function chainText(chain: Uint8Array, name: string): string {
  const text = attempt(() => fromUtf8(chain, name));
  if ('value' in text) return text.value;
  const pem = fromCertificateChain(chain).map((der) => {
    const lines = toBase64(der).match(/.{1,64}/g) ?? [];
    return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  });
  return pem.join('');
}

/** A list in DER; what is no list is kept, so that its own check can say so. */
function crlDer(crl: Uint8Array): Uint8Array {
  const der = attempt(() => fromCrlFile(crl));
  return 'value' in der ? der.value : crl;
}

function read<T>(value: Json | undefined, convert: (value: Json) => T): T | undefined {
  return value === undefined ? undefined : convert(value);
}

/** An object of the names that have a value. */
function each<N extends string, T>(names: readonly N[], find: (name: N) => T): Present<Record<N, T>> {
  return present(Object.fromEntries(names.map((name) => [name, find(name)])) as Record<N, T>);
}
