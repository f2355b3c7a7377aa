import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { encodeLayout, type FieldValues, littleEndian } from '../layout.ts';
import type { P256Key } from '../p256-key.ts';
import type { Pck } from './pck.ts';
import type { Platform } from './platform.ts';
import {
  createQuotingEnclave,
  QE_ISV_SVN,
  type QuotingEnclave,
  type QuotingEnclaveOptions,
} from './quoting-enclave.ts';
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
export type QuoteOptions = SignedOptions & Omit<QuotingEnclaveOptions, 'kind'>;

/** What a quoting enclave is given to sign, and what may be wrong with the quote. */
export type SignedOptions = QuoteBody & {
  /** 3 for an enclave, 4 for TD report 1.0, 5 for the others, unless given. */
  readonly version?: 3 | 4 | 5;
  readonly header?: FieldValues<typeof HEADER>;
  /** Version 5 only. */
  readonly bodyDescriptor?: FieldValues<typeof BODY_DESCRIPTOR>;
  /** Signs the quote instead of the attestation key that it names. */
  readonly quoteSigner?: P256Key;
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
  const kind = (options.body ?? 'sgx') === 'sgx' ? 'QE' : 'TD_QE';
  return signQuote(await createQuotingEnclave(vendor, pck, { ...options, kind }), options);
}

/** Builds a quote that a quoting enclave signs; the enclave's kind (QE or TD_QE) must fit the body. */
export async function signQuote(enclave: QuotingEnclave, options: SignedOptions = {}): Promise<Quote> {
  const { attestationKey } = enclave;
  const signed = signedParts(enclave.platform, options);
  const signature = await (options.quoteSigner ?? attestationKey).sign(
    concatBytes(...signed.map(([, bytes]) => bytes)),
  );
  const qe = enclaveParts(enclave);
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

type Part = readonly [name: QuoteRegion, bytes: Uint8Array];

function part(name: QuoteRegion, bytes: Uint8Array): Part {
  return [name, bytes];
}

function isVersion3(options: SignedOptions): boolean {
  return (options.version ?? BODIES[options.body ?? 'sgx'].version) === 3;
}

/** Header, descriptor (version 5) and report: what the attestation key signs. */
function signedParts(platform: Platform, options: SignedOptions): readonly Part[] {
  const kind = BODIES[options.body ?? 'sgx'];
  const version = options.version ?? kind.version;
  const header = encodeLayout(HEADER, {
    version,
    attestationKeyType: 2,
    teeType: kind.teeType,
    // Reserved since version 4.
    ...(version === 3 && { qeSvn: QE_ISV_SVN, pceSvn: platform.pceSvn }),
    qeVendorId: hexToBytes('939a7233f79c4ca9940a0db3957f0607'),
    userData: concatBytes(sha256(utf8ToBytes('simulated QE id')).subarray(0, 16), new Uint8Array(4)),
    ...options.header,
  });
  const body = encodeLayout(kind.layout, { ...kind.defaults, ...reportDefaults(platform, options), ...options.report });
  const descriptor = { bodyType: kind.bodyType, bodySize: body.length, ...options.bodyDescriptor };
  return [
    part('header', header),
    ...(version === 5 ? [part('bodyDescriptor', encodeLayout(BODY_DESCRIPTOR, descriptor))] : []),
    part('body', body),
  ];
}

/** An enclave's report names the CPUSVN of its machine. */
function reportDefaults({ cpuSvn }: Platform, options: SignedOptions): SgxReportFields {
  return (options.body ?? 'sgx') === 'sgx' ? { cpuSvn } : {};
}

/** What the quoting enclave adds: its report with the PCK's signature, and how the PCK is certified. */
function enclaveParts({ report, signature, authData, certification }: QuotingEnclave): readonly Part[] {
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
