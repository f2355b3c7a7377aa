import {
  authorityKeyIdOf,
  basicConstraintsOf,
  crlUriOf,
  EXTENSION,
  keyUsageOf,
  subjectKeyIdOf,
  unknownCritical,
} from '../codec/extensions.ts';
import type { Certificate } from '../codec/x509.ts';
import { attempt } from '../errors.ts';

/** A certificate's part in Intel's chains. */
export type Role = 'root' | 'pck-ca' | 'pck' | 'tcb-signer';

const NAMES: Readonly<Record<Role, readonly string[]>> = {
  root: ['Intel SGX Root CA'],
  'pck-ca': ['Intel SGX PCK Processor CA', 'Intel SGX PCK Platform CA'],
  pck: ['Intel SGX PCK Certificate'],
  'tcb-signer': ['Intel SGX TCB Signing'],
};
/** The longest path below each CA. */
const PATH_LENGTH: Readonly<Partial<Record<Role, number>>> = { root: 1, 'pck-ca': 0 };
/** Intel finds roles by common name: another name means that the certificate is missing. */
const MISSING: Readonly<Record<Role, string>> = {
  root: 'STATUS_SGX_ROOT_CA_MISSING',
  'pck-ca': 'STATUS_SGX_INTERMEDIATE_CA_MISSING',
  pck: 'STATUS_SGX_PCK_MISSING',
  'tcb-signer': 'STATUS_SGX_TCB_SIGNING_CERT_MISSING',
};
const LOCATION = { L: 'Santa Clara', ST: 'CA', C: 'US' } as const;
const KNOWN_CRITICAL = [EXTENSION.keyUsage, EXTENSION.basicConstraints];

/** Why a certificate cannot have its role; `intelStatus` where it is not that of its check. */
export interface FormProblem {
  readonly actual: string;
  readonly intelStatus?: string;
}

/**
 * What keeps a certificate from its role, or undefined: names, key, extensions, CA flag and key usage
 * (Intel SGX PCK Certificate and CRL Profile Specification). `genuine`: under Intel's own root the organisation is Intel.
 */
export function formProblem(certificate: Certificate, role: Role, genuine: boolean): FormProblem | undefined {
  const name = certificate.subject.attributes.CN;
  if (name === undefined || !NAMES[role].includes(name)) {
    return { actual: `subject CN is ${name ?? 'missing'}`, intelStatus: MISSING[role] };
  }
  const checked = attempt(() => problemOf(certificate, role, genuine));
  const actual = 'reason' in checked ? checked.reason : checked.value;
  return actual === undefined ? undefined : { actual };
}

function problemOf(certificate: Certificate, role: Role, genuine: boolean): string | undefined {
  const { subject, publicKey, signatureAlgorithm, extensions } = certificate;
  const { attributes } = subject;
  for (const [key, value] of Object.entries(LOCATION))
    if (attributes[key] !== value) return `subject ${key} is not ${value}`;
  if (genuine && attributes.O !== 'Intel Corporation') return 'subject O is not Intel Corporation';
  if (Object.keys(attributes).length !== 5) return 'subject has other attributes than CN, O, L, ST, C';
  if (publicKey.kind !== 'ec' || publicKey.curve !== 'P-256') return 'key is not on P-256';
  if (signatureAlgorithm !== 'ecdsa-sha256') return `signature algorithm is ${signatureAlgorithm}`;
  const critical = unknownCritical(extensions, KNOWN_CRITICAL);
  if (critical.length > 0) return `unknown critical extension ${critical[0]}`;
  if (authorityKeyIdOf(extensions) === undefined) return 'authority key identifier is missing';
  if (subjectKeyIdOf(extensions) === undefined) return 'subject key identifier is missing';
  if (crlUriOf(extensions) === undefined) return 'CRL distribution point is missing';
  return constraintsProblem(certificate, role);
}

function constraintsProblem({ extensions }: Certificate, role: Role): string | undefined {
  const usage = keyUsageOf(extensions);
  const constraints = basicConstraintsOf(extensions);
  if (usage === undefined) return 'key usage is missing';
  if (constraints === undefined) return 'basic constraints are missing';
  const pathLength = PATH_LENGTH[role];
  if (pathLength === undefined) {
    if (constraints.ca || usage.keyCertSign) return 'is a CA';
    return usage.digitalSignature ? undefined : 'key usage lacks digitalSignature';
  }
  if (!constraints.ca) return 'is no CA';
  if (constraints.pathLength !== pathLength) return `path length is not ${pathLength}`;
  return usage.keyCertSign && usage.cRLSign ? undefined : 'key usage lacks keyCertSign or cRLSign';
}
