import { objectIdentifier, printableString, sequence, setOf, utf8String } from '../der.ts';

/** A distinguished name with the five attributes that Intel's certificates have. */
export interface DistinguishedName {
  readonly commonName: string;
  readonly organisation: string;
  readonly locality: string;
  readonly state: string;
  readonly country: string;
}

/** The common names by which verifiers tell the roles of certificates apart. */
export const COMMON_NAMES = {
  root: 'Intel SGX Root CA',
  processor: 'Intel SGX PCK Processor CA',
  platform: 'Intel SGX PCK Platform CA',
  tcbSigning: 'Intel SGX TCB Signing',
  pck: 'Intel SGX PCK Certificate',
} as const;

/** Intel's name with the organisation of a test vendor: the common name has to stay for roles to be recognised. */
export function intelName(commonName: string, organisation: string): DistinguishedName {
  return { commonName, organisation, locality: 'Santa Clara', state: 'CA', country: 'US' };
}

/** DER of a name in Intel's order and string types: CN, O, L, ST as UTF8String, C as PrintableString. */
export function encodeName(name: DistinguishedName): Uint8Array {
  return sequence(
    attribute('2.5.4.3', utf8String(name.commonName)),
    attribute('2.5.4.10', utf8String(name.organisation)),
    attribute('2.5.4.7', utf8String(name.locality)),
    attribute('2.5.4.8', utf8String(name.state)),
    attribute('2.5.4.6', printableString(name.country)),
  );
}

function attribute(type: string, value: Uint8Array): Uint8Array {
  return setOf(sequence(objectIdentifier(type), value));
}
