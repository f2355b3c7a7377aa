import { isZero } from '../codec/bytes.ts';
import { toHex } from '../codec/hex.ts';
import { Reader } from '../codec/reader.ts';
import { attempt, malformed } from '../errors.ts';
import type { Checklist } from '../verdict/checklist.ts';
import { type Certification, parseCertification } from './certification.ts';
import { ENCLAVE_REPORT_SIZE, type EnclaveReport, parseEnclaveReport } from './enclave-report.ts';
import { HEADER_SIZE, INTEL_VENDOR, parseHeader, type QuoteHeader } from './header.ts';

const MIN_QUOTE = 1020;
const MAX_QUOTE = 1_048_576;

/** The signature data of a quote: the chain from the attestation key to the PCK certificate. */
export interface QuoteAuthentication {
  /** r ‖ s by the attestation key over the signed part. */
  readonly signature: Uint8Array;
  /** x ‖ y, 64 bytes. */
  readonly attestationKey: Uint8Array;
  readonly qeReport: EnclaveReport;
  readonly qeReportSignature: Uint8Array;
  readonly qeAuthData: Uint8Array;
  readonly certification: Certification;
  /** Everything but the quote's signature: the same for all quotes of one platform and attestation key. */
  readonly platformPart: Uint8Array;
}

/** A DCAP quote that has its form. */
export interface Quote {
  readonly header: QuoteHeader;
  /** Body type of version 5, else null. */
  readonly bodyType: number | null;
  readonly body: Uint8Array;
  /** Header, descriptor and body. */
  readonly signed: Uint8Array;
  readonly authentication: QuoteAuthentication;
  /** Number of bytes after the quote. They are not signed. */
  readonly trailing: number;
}

/** Which bodies a TEE's quotes have: sizes in bytes, by body type of version 5; `plain` before version 5. */
export interface QuoteShape {
  readonly teeType: number;
  readonly versions: readonly number[];
  readonly plain: number;
  readonly bodies: Readonly<Record<number, number>>;
}

/** Parses a quote, recording each check of its form. Undefined when one failed. Never throws for any bytes. */
export function parseQuote(bytes: Uint8Array, shape: QuoteShape, checks: Checklist): Quote | undefined {
  const fits = bytes.length >= MIN_QUOTE && bytes.length <= MAX_QUOTE;
  if (!checks.test('dcap.quote.length', fits, { actual: `${bytes.length} bytes` })) return undefined;
  const header = parseHeader(bytes);
  const { version, attestationKeyType, teeType, qeVendorId } = header;
  const known = checks.test('dcap.quote.version', version >= 3 && version <= 5, { actual: String(version) });
  const keyed = checks.test('dcap.quote.key-type', attestationKeyType === 2, {
    expected: '2',
    actual: String(attestationKeyType),
  });
  const ours = teeType === shape.teeType && shape.versions.includes(version);
  const typed = checks.test('dcap.quote.tee-type', ours || !known, {
    actual: `TEE type ${teeType}, version ${version}`,
  });
  const vendor = toHex(qeVendorId);
  const intel = checks.test('dcap.quote.vendor', vendor === INTEL_VENDOR, { expected: INTEL_VENDOR, actual: vendor });
  if (!known || !keyed || !typed || !intel) return undefined;
  const layout = bodyLayout(bytes, version, shape);
  checks.test('dcap.quote.body', layout.size !== undefined, { actual: layout.found });
  if (layout.size === undefined) return undefined;
  const end = layout.start + layout.size;
  const parsed = attempt(() => parseAuthentication(bytes.subarray(end), version));
  if ('reason' in parsed) {
    checks.fail('dcap.quote.auth-data', { actual: parsed.reason });
    return undefined;
  }
  checks.pass('dcap.quote.auth-data');
  const { length, certificationType, certificationData, ...authentication } = parsed.value;
  const certification = attempt(() => parseCertification(certificationType, certificationData));
  if ('reason' in certification) {
    checks.fail('dcap.quote.certification', { actual: certification.reason });
    return undefined;
  }
  checks.pass('dcap.quote.certification', { actual: `type ${certificationType}` });
  const rest = bytes.subarray(end + length);
  if (isZero(rest)) checks.pass('dcap.quote.trailing', { actual: `${rest.length} bytes` });
  else checks.warn('dcap.quote.trailing', { expected: 'zeros or nothing', actual: `${rest.length} bytes` });
  return {
    header,
    bodyType: layout.type,
    body: bytes.subarray(layout.start, end),
    signed: bytes.subarray(0, end),
    authentication: { ...authentication, certification: certification.value },
    trailing: rest.length,
  };
}

interface BodyLayout {
  readonly start: number;
  readonly type: number | null;
  readonly size: number | undefined;
  readonly found: string;
}

function bodyLayout(bytes: Uint8Array, version: number, shape: QuoteShape): BodyLayout {
  if (version < 5) return { start: HEADER_SIZE, type: null, size: shape.plain, found: `${shape.plain} bytes` };
  const reader = new Reader(bytes.subarray(HEADER_SIZE));
  const type = reader.u16('body type');
  const size = reader.u32('body size');
  const fits = shape.bodies[type] === size && HEADER_SIZE + 6 + size <= bytes.length;
  return { start: HEADER_SIZE + 6, type, size: fits ? size : undefined, found: `type ${type} of ${size} bytes` };
}

interface RawAuthentication extends Omit<QuoteAuthentication, 'certification'> {
  readonly length: number;
  readonly certificationType: number;
  readonly certificationData: Uint8Array;
}

function parseAuthentication(bytes: Uint8Array, version: number): RawAuthentication {
  const outer = new Reader(bytes);
  const data = outer.bytes(outer.u32('signature data length'), 'signature data');
  const reader = new Reader(data);
  const signature = reader.bytes(64, 'quote signature');
  const attestationKey = reader.bytes(64, 'attestation key');
  if (version > 3) {
    const type = reader.u16('outer certification data type');
    if (type !== 6) throw malformed(`outer certification data: expected type 6, found ${type}`);
    const size = reader.u32('outer certification data length');
    if (size !== reader.remaining)
      throw malformed(`outer certification data: ${size} bytes stated, ${reader.remaining} there`);
  }
  const qeReport = parseEnclaveReport(reader.bytes(ENCLAVE_REPORT_SIZE, 'QE report'));
  const qeReportSignature = reader.bytes(64, 'QE report signature');
  const qeAuthData = reader.bytes(reader.u16('QE authentication data length'), 'QE authentication data');
  const certificationType = reader.u16('certification data type');
  const size = reader.u32('certification data length');
  if (size !== reader.remaining) throw malformed(`certification data: ${size} bytes stated, ${reader.remaining} there`);
  const certificationData = reader.bytes(size, 'certification data');
  return {
    length: outer.offset,
    signature,
    attestationKey,
    qeReport,
    qeReportSignature,
    qeAuthData,
    certificationType,
    certificationData,
    platformPart: data.subarray(64),
  };
}
