import { gunzipSync } from 'node:zlib';
import { AssayError } from '@assay/verify';
import { type Certificate, fromCertificateChain, parseCertificate, readWholeDer, TAG, utf8 } from '@assay/verify/codec';
import { type EvidenceWithLog, parseDstackAttestation } from './dstack-attestation.ts';

/** An X.509 certificate that carries evidence of the machine that holds its key. */
export interface EvidenceCertificate extends EvidenceWithLog {
  readonly certificate: Certificate;
  /** The extension in which the evidence is. */
  readonly oid: string;
}

/** Extensions with evidence. dstack's stand under 1.3.6.1.4.1.62397.1, the last one is of SGX RA-TLS. */
const OID = {
  dstackQuote: '1.3.6.1.4.1.62397.1.1',
  dstackEventLog: '1.3.6.1.4.1.62397.1.2',
  dstackAttestation: '1.3.6.1.4.1.62397.1.8',
  sgxQuote: '1.2.840.113741.1337.6',
} as const;

const COMPRESSED = utf8('ELGZv1');
/** The largest event log that dstack puts into a certificate, in bytes. */
const MAX_EVENT_LOG = 16_384;

/** The first certificate of PEM or DER bytes. Undefined when there is none that parses. */
export function firstCertificate(bytes: Uint8Array): Certificate | undefined {
  try {
    const [first] = fromCertificateChain(bytes);
    return first && parseCertificate(first);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

/** The evidence in a certificate; undefined when it carries none. Throws `malformed` when what it carries is broken. */
export function evidenceIn(certificate: Certificate): EvidenceCertificate | undefined {
  const { extensions } = certificate;
  const contentOf = (oid: string): Uint8Array | undefined => {
    const value = extensions.get(oid)?.value;
    return value && unwrapped(value);
  };
  const attestation = contentOf(OID.dstackAttestation);
  if (attestation) return { certificate, oid: OID.dstackAttestation, ...parseDstackAttestation(attestation) };
  for (const oid of [OID.dstackQuote, OID.sgxQuote]) {
    const evidence = contentOf(oid);
    if (evidence === undefined) continue;
    const eventLog = oid === OID.dstackQuote ? contentOf(OID.dstackEventLog) : undefined;
    return { certificate, oid, evidence, ...(eventLog && { eventLog: inflated(eventLog) }) };
  }
  return undefined;
}

/** dstack wraps the content in an OCTET STRING of its own, others do not. */
function unwrapped(value: Uint8Array): Uint8Array {
  if (value[0] !== TAG.octetString) return value;
  try {
    const element = readWholeDer(value, 'extension');
    return element.source.subarray(element.content, element.end);
  } catch (error) {
    if (error instanceof AssayError) return value;
    throw error;
  }
}

function inflated(log: Uint8Array): Uint8Array {
  if (!COMPRESSED.every((byte, index) => log[index] === byte)) return log;
  try {
    return gunzipSync(log.subarray(COMPRESSED.length), { maxOutputLength: MAX_EVENT_LOG });
  } catch {
    const field = 'event log';
    throw new AssayError('malformed', `${field}: not gzip, or larger than ${MAX_EVENT_LOG} bytes`, { field });
  }
}
