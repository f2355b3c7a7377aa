import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { encodeLayout, type FieldValues, littleEndian } from '../layout.ts';
import { createP256Key, type P256Key } from '../p256-key.ts';
import { type CertificationOptions, certificationData } from './certification-data.ts';
import { QE_SIGNERS } from './enclave-identity.ts';
import type { Pck } from './pck.ts';
import {
  SGX_REPORT,
  SGX_REPORT_DEFAULTS,
  type SgxReportFields,
  TD_REPORT_10,
  TD_REPORT_15,
  TD_REPORT_15_DEFAULTS,
  TD_REPORT_15_EX,
  TD_REPORT_DEFAULTS,
  type TdReportFields,
} from './report-layout.ts';
import type { IntelVendor } from './vendor.ts';

/** The parts of a quote, named as in the vectors' `regions`. Version 3 has no outer header, only version 5 a descriptor. */
export type QuoteRegion =
  | 'header'
  | 'bodyDescriptor'
  | 'body'
  | 'authDataLen'
  | 'quoteSignature'
  | 'attestationKey'
  | 'outerCertHeader'
  | 'qeReport'
  | 'qeReportSignature'
  | 'qeAuthLen'
  | 'qeAuth'
  | 'certHeader'
  | 'certData'
  | 'trailing';

/** A quote with a table of what lies where in it. */
export interface Quote {
  readonly bytes: Uint8Array;
  readonly regions: Readonly<Partial<Record<QuoteRegion, readonly [offset: number, length: number]>>>;
}

/** The report that a quote carries: an enclave's, or a TD's in one of three sizes. */
export type QuoteBody =
  | { readonly body?: 'sgx'; readonly report?: SgxReportFields }
  | { readonly body: 'td10' | 'td15' | 'td15ex'; readonly report?: TdReportFields };

/** What a quote says, and what may be wrong with it; what is left out is as on a sound machine. */
export type QuoteOptions = QuoteBody & {
  /** 3 for an enclave, 4 for TD report 1.0, 5 for the others, unless given. */
  readonly version?: 3 | 4 | 5;
  readonly header?: FieldValues<typeof HEADER>;
  /** Version 5 only. */
  readonly bodyDescriptor?: FieldValues<typeof BODY_DESCRIPTOR>;
  readonly qeReport?: SgxReportFields;
  readonly qeAuthData?: Uint8Array;
  readonly attestationKey?: P256Key;
  /** Signs the quote instead of the attestation key that it names. */
  readonly quoteSigner?: P256Key;
  /** Signs the QE report instead of the PCK. */
  readonly qeReportSigner?: P256Key;
  readonly certification?: CertificationOptions;
  /** Bytes after the quote. */
  readonly trailing?: Uint8Array;
  /** Changes parts after all is signed and all lengths are written. */
  readonly parts?: Readonly<Partial<Record<QuoteRegion, (part: Uint8Array) => Uint8Array>>>;
};

const HEADER = [
  ['version', 2],
  ['attestationKeyType', 2],
  ['teeType', 4],
  ['qeSvn', 2],
  ['pceSvn', 2],
  ['qeVendorId', 16],
  ['userData', 20],
] as const;

const BODY_DESCRIPTOR = [
  ['bodyType', 2],
  ['bodySize', 4],
] as const;

const BODIES = {
  sgx: { bodyType: 1, teeType: 0x00, version: 3, layout: SGX_REPORT, defaults: SGX_REPORT_DEFAULTS },
  td10: { bodyType: 2, teeType: 0x81, version: 4, layout: TD_REPORT_10, defaults: TD_REPORT_DEFAULTS },
  td15: { bodyType: 3, teeType: 0x81, version: 5, layout: TD_REPORT_15, defaults: TD_REPORT_15_DEFAULTS },
  td15ex: { bodyType: 4, teeType: 0x81, version: 5, layout: TD_REPORT_15_EX, defaults: TD_REPORT_15_DEFAULTS },
} as const;

/** Builds a quote of a platform and signs it. */
export async function buildQuote(vendor: IntelVendor, pck: Pck, options: QuoteOptions = {}): Promise<Quote> {
  const attestationKey = options.attestationKey ?? createAttestationKey(vendor);
  const signed = signedParts(pck, options);
  const signature = await (options.quoteSigner ?? attestationKey).sign(
    concatBytes(...signed.map(([, bytes]) => bytes)),
  );
  const qe = await quotingEnclaveParts(vendor, pck, attestationKey, options);
  const outer = isVersion3(options) ? [] : [part('outerCertHeader', certHeader(6, totalLength(qe)))];
  const auth = [part('quoteSignature', signature), part('attestationKey', attestationKey.point), ...outer, ...qe];
  return assemble(
    [
      ...signed,
      part('authDataLen', littleEndian(totalLength(auth), 4)),
      ...auth,
      ...(options.trailing ? [part('trailing', options.trailing)] : []),
    ],
    options.parts ?? {},
  );
}

/** An attestation key as the quoting enclave makes them. A seeded vendor has one; give it to many quotes to save time. */
export function createAttestationKey({ entropy }: IntelVendor): P256Key {
  return createP256Key(entropy, 'intel/attestation-key');
}

/** How a QE report vouches for an attestation key: the first 32 bytes of its report data. */
export function keyBinding(attestationKey: P256Key, qeAuthData: Uint8Array): Uint8Array {
  return sha256(concatBytes(attestationKey.point, qeAuthData));
}

type Part = readonly [name: QuoteRegion, bytes: Uint8Array];

function part(name: QuoteRegion, bytes: Uint8Array): Part {
  return [name, bytes];
}

function isVersion3(options: QuoteOptions): boolean {
  return (options.version ?? BODIES[options.body ?? 'sgx'].version) === 3;
}

/** Header, descriptor (version 5) and report: what the attestation key signs. */
function signedParts(pck: Pck, options: QuoteOptions): readonly Part[] {
  const kind = BODIES[options.body ?? 'sgx'];
  const version = options.version ?? kind.version;
  const header = encodeLayout(HEADER, {
    version,
    attestationKeyType: 2,
    teeType: kind.teeType,
    // Reserved since version 4.
    ...(version === 3 && { qeSvn: QE_ISV_SVN, pceSvn: pck.platform.pceSvn }),
    qeVendorId: hexToBytes('939a7233f79c4ca9940a0db3957f0607'),
    userData: concatBytes(sha256(utf8ToBytes('simulated QE id')).subarray(0, 16), new Uint8Array(4)),
    ...options.header,
  });
  const body = encodeLayout(kind.layout, { ...kind.defaults, ...reportDefaults(pck, options), ...options.report });
  const descriptor = { bodyType: kind.bodyType, bodySize: body.length, ...options.bodyDescriptor };
  return [
    part('header', header),
    ...(version === 5 ? [part('bodyDescriptor', encodeLayout(BODY_DESCRIPTOR, descriptor))] : []),
    part('body', body),
  ];
}

/** An enclave's report names the CPUSVN of its machine. */
function reportDefaults(pck: Pck, options: QuoteOptions): SgxReportFields {
  return (options.body ?? 'sgx') === 'sgx' ? { cpuSvn: pck.platform.cpuSvn } : {};
}

/** SVN of the default quoting enclave. */
const QE_ISV_SVN = 8;

/** The QE's report, the PCK's signature over it, authentication data, and how the PCK is certified. */
async function quotingEnclaveParts(
  vendor: IntelVendor,
  pck: Pck,
  attestationKey: P256Key,
  options: QuoteOptions,
): Promise<readonly Part[]> {
  const isTd = (options.body ?? 'sgx') !== 'sgx';
  const authData = options.qeAuthData ?? Uint8Array.from({ length: 32 }, (_, index) => index);
  const report = encodeLayout(SGX_REPORT, {
    cpuSvn: pck.platform.cpuSvn,
    attributes: hexToBytes('1500000000000000e700000000000000'),
    mrEnclave: sha256(utf8ToBytes(`simulated ${isTd ? 'TD_QE' : 'QE'}`)),
    mrSigner: hexToBytes(QE_SIGNERS[isTd ? 'TD_QE' : 'QE']),
    isvProdId: isTd ? 2 : 1,
    isvSvn: QE_ISV_SVN,
    reportData: concatBytes(keyBinding(attestationKey, authData), new Uint8Array(32)),
    ...options.qeReport,
  });
  const signature = await (options.qeReportSigner ?? pck.key).sign(report);
  const certification = certificationData(vendor, pck, options.certification ?? { form: 'chain' });
  return [
    part('qeReport', report),
    part('qeReportSignature', signature),
    part('qeAuthLen', littleEndian(authData.length, 2)),
    part('qeAuth', authData),
    part('certHeader', certHeader(certification.type, certification.data.length)),
    part('certData', certification.data),
  ];
}

function certHeader(type: number, length: number): Uint8Array {
  return concatBytes(littleEndian(type, 2), littleEndian(length, 4));
}

function totalLength(parts: readonly Part[]): number {
  return parts.reduce((total, [, bytes]) => total + bytes.length, 0);
}

/** Joins the parts, edited, and notes where each one lies. */
function assemble(parts: readonly Part[], edits: NonNullable<QuoteOptions['parts']>): Quote {
  const edited = parts.map(([name, bytes]) => part(name, edits[name]?.(bytes) ?? bytes));
  const regions: Partial<Record<QuoteRegion, readonly [number, number]>> = {};
  let offset = 0;
  for (const [name, bytes] of edited) {
    regions[name] = [offset, bytes.length];
    offset += bytes.length;
  }
  return { bytes: concatBytes(...edited.map(([, bytes]) => bytes)), regions };
}
