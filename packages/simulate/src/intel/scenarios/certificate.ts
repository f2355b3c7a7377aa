import { objectIdentifier, sequence } from '../../der.ts';
import { createP256Key } from '../../p256-key.ts';
import type { Role } from '../authority.ts';
import type { CertificateEdits } from '../certificate.ts';
import type { ExhibitOptions } from '../exhibit.ts';
import { basicConstraints, EXTENSION_IDS, type Extension, KEY_USAGE, keyUsage } from '../extension.ts';
import type { DistinguishedName } from '../name.ts';
import { type IntelVendor, reissueAuthority } from '../vendor.ts';
import { daysFrom, group, refusal, type Scenario, type Scenarios } from './scenario.ts';

type Holder = 'root' | 'intermediate' | 'pck' | 'tcbSigning';

/** What each holder's certificate is called here, and the statuses Intel has for it. */
const HOLDERS: Readonly<
  Record<Holder, Readonly<Record<'name' | 'extensions' | 'missing' | 'issuer' | 'expired', string>>>
> = {
  root: {
    name: 'root',
    extensions: 'STATUS_SGX_ROOT_CA_INVALID_EXTENSIONS',
    missing: 'STATUS_SGX_ROOT_CA_MISSING',
    issuer: 'STATUS_SGX_ROOT_CA_INVALID_ISSUER',
    expired: 'STATUS_SGX_PCK_CERT_CHAIN_EXPIRED',
  },
  intermediate: {
    name: 'intermediate',
    extensions: 'STATUS_SGX_INTERMEDIATE_CA_INVALID_EXTENSIONS',
    missing: 'STATUS_SGX_INTERMEDIATE_CA_MISSING',
    issuer: 'STATUS_SGX_INTERMEDIATE_CA_INVALID_ISSUER',
    expired: 'STATUS_SGX_PCK_CERT_CHAIN_EXPIRED',
  },
  pck: {
    name: 'pck',
    extensions: 'STATUS_SGX_PCK_INVALID_EXTENSIONS',
    missing: 'STATUS_SGX_PCK_MISSING',
    issuer: 'STATUS_SGX_PCK_INVALID_ISSUER',
    expired: 'STATUS_SGX_PCK_CERT_CHAIN_EXPIRED',
  },
  tcbSigning: {
    name: 'tcb-signing',
    extensions: 'STATUS_SGX_TCB_SIGNING_CERT_INVALID_EXTENSIONS',
    missing: 'STATUS_SGX_TCB_SIGNING_CERT_MISSING',
    issuer: 'STATUS_SGX_TCB_SIGNING_CERT_INVALID_ISSUER',
    expired: 'STATUS_SGX_SIGNING_CERT_CHAIN_EXPIRED',
  },
};

const UNSUPPORTED = 'STATUS_UNSUPPORTED_CERT_FORMAT';

/** Changes one certificate of the two chains; the intermediate is the Platform CA. */
function edited(holder: Holder, edits: CertificateEdits): ExhibitOptions {
  if (holder === 'pck') return { pck: edits };
  const role: Role = holder === 'intermediate' ? 'platform' : holder;
  return { vendor: (vendor) => reissueAuthority(vendor, role, edits) };
}

/** The standard list without one extension. */
function without(id: string): CertificateEdits {
  return { extensions: (all) => all.filter((extension) => extension.id !== id) };
}

/** The standard list with one extension in the place of its namesake. */
function replaced(by: Extension): CertificateEdits {
  return { extensions: (all) => all.map((extension) => (extension.id === by.id ? by : extension)) };
}

const REQUIRED = {
  'authority-key-id': EXTENSION_IDS.authorityKeyId,
  'crl-distribution-points': EXTENSION_IDS.crlDistributionPoints,
  'subject-key-id': EXTENSION_IDS.subjectKeyId,
  'key-usage': EXTENSION_IDS.keyUsage,
  'basic-constraints': EXTENSION_IDS.basicConstraints,
};

const UNKNOWN_CRITICAL: Extension = { id: '1.3.6.1.4.1.99999.1', critical: true, value: sequence() };

/** Refusals that every certificate of the two chains can provoke. */
function ofHolder(holder: Holder): Scenarios {
  const { name, extensions, missing, issuer, expired } = HOLDERS[holder];
  const wrongExtensions = (edits: CertificateEdits): Scenario =>
    refusal([extensions, UNSUPPORTED], edited(holder, edits));
  const late = (days: number, field: 'notBefore' | 'notAfter'): Scenario =>
    refusal(expired, (vendor) => edited(holder, { fields: { [field]: daysFrom(vendor, days) } }));
  const renamed = (vendor: IntelVendor): DistinguishedName => ({
    ...vendor.authorities.root.certificate.subject,
    commonName: 'Intel SGX Something Else',
  });
  return {
    ...Object.fromEntries(
      Object.entries(REQUIRED).map(([label, id]) => [`${name}-without-${label}`, wrongExtensions(without(id))]),
    ),
    [`${name}-with-unknown-critical-extension`]: wrongExtensions({
      extensions: (all) => [...all, UNKNOWN_CRITICAL],
    }),
    [`${name}-version-1`]: refusal([UNSUPPORTED, extensions], edited(holder, { fields: { version: 1 } })),
    [`${name}-algorithms-differ`]: refusal(
      UNSUPPORTED,
      edited(holder, { outerAlgorithm: sequence(objectIdentifier('1.2.840.10045.4.3.3')) }),
    ),
    [`${name}-not-der`]: refusal(
      [UNSUPPORTED, missing],
      edited(holder, { der: (der) => der.slice(0, der.length - 40) }),
    ),
    [`${name}-renamed`]: refusal(holder === 'pck' ? [missing, 'STATUS_INVALID_PCK_CERT'] : missing, (vendor) =>
      edited(holder, { fields: { subject: renamed(vendor) } }),
    ),
    [`${name}-of-unknown-issuer`]: refusal(issuer, (vendor) => edited(holder, { fields: { issuer: renamed(vendor) } })),
    [`${name}-signed-by-stranger`]: refusal(issuer, (vendor) =>
      edited(holder, { signer: createP256Key(vendor.entropy, 'stranger') }),
    ),
    [`${name}-expired`]: late(-1, 'notAfter'),
    [`${name}-not-yet-valid`]: late(1, 'notBefore'),
  };
}

/** Refusals that only make sense for one role. */
const ofRoles: Scenarios = {
  'root-no-authority': refusal(HOLDERS.root.extensions, edited('root', replaced(basicConstraints(null)))),
  'root-path-length-0': refusal(HOLDERS.root.extensions, edited('root', replaced(basicConstraints(0)))),
  'root-key-usage-of-signer': refusal(HOLDERS.root.extensions, edited('root', replaced(keyUsage(KEY_USAGE.signer)))),
  'intermediate-no-authority': refusal(
    HOLDERS.intermediate.extensions,
    edited('intermediate', replaced(basicConstraints(null))),
  ),
  'intermediate-key-usage-of-signer': refusal(
    HOLDERS.intermediate.extensions,
    edited('intermediate', replaced(keyUsage(KEY_USAGE.signer))),
  ),
  'pck-is-authority': refusal(HOLDERS.pck.extensions, edited('pck', replaced(basicConstraints(0)))),
};

/** Refusals of single certificates. */
export const certificateScenarios: Scenarios = group('certificate', {
  ...ofHolder('root'),
  ...ofHolder('intermediate'),
  ...ofHolder('pck'),
  ...ofHolder('tcbSigning'),
  ...ofRoles,
});
