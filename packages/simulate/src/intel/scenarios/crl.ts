import { element, objectIdentifier, sequence } from '../../der.ts';
import { createP256Key } from '../../p256-key.ts';
import type { CrlOptions } from '../crl.ts';
import type { ExhibitOptions } from '../exhibit.ts';
import { authorityKeyId, EXTENSION_IDS, type Extension } from '../extension.ts';
import type { IntelVendor } from '../vendor.ts';
import { daysFrom, group, refusal, type Scenario, type Scenarios, scenario } from './scenario.ts';

type Which = 'rootCrl' | 'pckCrl';

const FILES = { rootCrl: 'rootCaCrl.der', pckCrl: 'pckCrl.der' } as const;

/** A case whose root or PCK CRL is issued with other options. */
function issued(
  which: Which,
  status: string | readonly string[],
  make: (vendor: IntelVendor) => Partial<CrlOptions>,
): Scenario {
  return refusal(status, (vendor): ExhibitOptions => ({ collateral: { [which]: make(vendor) } }));
}

/** Refusals of either CRL. */
function ofCrl(which: Which): Scenarios {
  const name = which === 'rootCrl' ? 'root' : 'pck';
  const file = FILES[which];
  const format =
    which === 'rootCrl'
      ? ['STATUS_SGX_CRL_UNSUPPORTED_FORMAT']
      : ['STATUS_UNSUPPORTED_PCK_RL_FORMAT', 'STATUS_SGX_CRL_UNSUPPORTED_FORMAT'];
  // The issuer of the PCK CRL is compared twice: with its CA, and with the issuer of the PCK certificate.
  const unknownIssuer = ['STATUS_SGX_CRL_UNKNOWN_ISSUER', ...(which === 'pckCrl' ? ['STATUS_INVALID_PCK_CRL'] : [])];
  const garbled = (change: (der: Uint8Array) => Uint8Array): Scenario =>
    refusal(format, { files: (files) => ({ ...files, [file]: change(files[file]) }) });
  const extensions = (edit: (all: readonly Extension[]) => readonly Extension[]): Scenario =>
    issued(which, 'STATUS_SGX_CRL_INVALID_EXTENSIONS', () => ({ extensions: edit }));
  const drop = (id: string): Scenario => extensions((all) => all.filter((extension) => extension.id !== id));
  const add = (extension: Extension): Scenario => extensions((all) => [...all, extension]);
  return {
    [`${name}-missing`]: scenario({ missing: file }, { files: ({ [file]: _, ...files }) => files }),
    [`${name}-empty`]: garbled(() => new Uint8Array(0)),
    [`${name}-not-der`]: garbled((der) => der.map((byte) => byte ^ 0x55)),
    [`${name}-cut`]: garbled((der) => der.slice(0, der.length - 1)),
    [`${name}-of-unknown-issuer`]: issued(which, unknownIssuer, (vendor) => ({
      issuer: { ...vendor.authorities.root.certificate.subject, commonName: 'Intel SGX Something Else' },
    })),
    [`${name}-without-number`]: drop(EXTENSION_IDS.crlNumber),
    [`${name}-without-authority-key-id`]: drop(EXTENSION_IDS.authorityKeyId),
    [`${name}-of-another-key-id`]: issued(which, ['STATUS_SGX_CRL_INVALID_EXTENSIONS', ...unknownIssuer], () => ({
      extensions: (all) =>
        all.map((one) => (one.id === EXTENSION_IDS.authorityKeyId ? authorityKeyId(new Uint8Array(20).fill(7)) : one)),
    })),
    [`${name}-with-unknown-critical-extension`]: add({ id: '1.3.6.1.4.1.99999.1', critical: true, value: sequence() }),
    [`${name}-delta`]: add({ id: '2.5.29.27', critical: true, value: element(0x02, Uint8Array.of(1)) }),
    [`${name}-signed-by-stranger`]: issued(which, 'STATUS_SGX_CRL_INVALID_SIGNATURE', (vendor) => ({
      signer: createP256Key(vendor.entropy, 'stranger'),
    })),
    [`${name}-algorithms-differ`]: refusal([...format, 'STATUS_SGX_CRL_INVALID_SIGNATURE'], {
      collateral: { [which]: { outerAlgorithm: sequence(objectIdentifier('1.2.840.10045.4.3.3')) } },
    }),
    [`${name}-expired`]: issued(which, 'STATUS_SGX_CRL_EXPIRED', (vendor) => ({
      thisUpdate: daysFrom(vendor, -31),
      nextUpdate: daysFrom(vendor, -1),
    })),
    [`${name}-not-yet-valid`]: issued(which, 'STATUS_SGX_CRL_EXPIRED', (vendor) => ({
      thisUpdate: daysFrom(vendor, 1),
      nextUpdate: daysFrom(vendor, 31),
    })),
  };
}

/** Refusals of CRLs and of what they revoke. */
export const crlScenarios: Scenarios = group('crl', {
  ...ofCrl('rootCrl'),
  ...ofCrl('pckCrl'),
  // Sound in itself, but it is the other PCK CA's.
  'pck-of-other-authority': async (vendor) => {
    const own = await refusal(['STATUS_INVALID_PCK_CRL', 'STATUS_SGX_CRL_UNKNOWN_ISSUER'], {})(vendor);
    const other = await scenario({ tcbStatus: 'UpToDate' }, { platform: { ca: 'processor' } })(vendor);
    const { 'pckCrl.der': crl, 'pckCrlIssuerChain.pem': chain } = other.collateral;
    return {
      ...own,
      collateral: {
        ...own.collateral,
        ...(crl && { 'pckCrl.der': crl }),
        ...(chain && { 'pckCrlIssuerChain.pem': chain }),
      },
    };
  },
  swapped: refusal(['STATUS_SGX_CRL_UNKNOWN_ISSUER', 'STATUS_INVALID_PCK_CRL'], {
    files: (files) => ({ ...files, 'rootCaCrl.der': files['pckCrl.der'], 'pckCrl.der': files['rootCaCrl.der'] }),
  }),
  'pck-revoked': refusal(['STATUS_SGX_PCK_REVOKED', 'STATUS_PCK_REVOKED'], {
    collateral: ({ certificate }) => ({ pckCrl: { revoked: [certificate.serial] } }),
  }),
  'intermediate-revoked': refusal('STATUS_SGX_INTERMEDIATE_CA_REVOKED', (vendor) => ({
    collateral: { rootCrl: { revoked: [vendor.authorities.platform.certificate.serial] } },
  })),
  'tcb-signing-revoked': refusal('STATUS_SGX_TCB_SIGNING_CERT_REVOKED', (vendor) => ({
    collateral: { rootCrl: { revoked: [vendor.authorities.tcbSigning.certificate.serial] } },
  })),
  'others-revoked': scenario({ tcbStatus: 'UpToDate' }, (vendor) => ({
    collateral: {
      rootCrl: { revoked: [vendor.authorities.processor.certificate.serial] },
      pckCrl: { revoked: [1, 2, 3].map((seed) => new Uint8Array(20).fill(seed)) },
    },
  })),
});
