import { readWholeDer, TAG } from '../codec/der.ts';
import { fromCertificateChain } from '../codec/pem.ts';
import { type Certificate, parseCertificate } from '../codec/x509.ts';
import { attempt } from '../errors.ts';
import { type EvidenceWithLog, parseDstackAttestation } from './dstack-attestation.ts';
import { inflated } from './inflate.ts';

/** Extensions with evidence. dstack's stand under 1.3.6.1.4.1.62397.1, the last one is of SGX RA-TLS. */
const OID = {
  dstackQuote: '1.3.6.1.4.1.62397.1.1',
  dstackEventLog: '1.3.6.1.4.1.62397.1.2',
  dstackAttestation: '1.3.6.1.4.1.62397.1.8',
  sgxQuote: '1.2.840.113741.1337.6',
} as const;

/** In the order in which they count: a versioned attestation holds the log, too. */
const CARRIERS = [OID.dstackAttestation, OID.dstackQuote, OID.sgxQuote];

/** The certificates of PEM or DER bytes, leaf first. Empty when they are none. */
export function certificatesOf(bytes: Uint8Array): readonly Certificate[] {
  const parsed = attempt(() => fromCertificateChain(bytes).map(parseCertificate));
  return 'value' in parsed ? parsed.value : [];
}

/** The extension in which a certificate carries evidence of the machine that holds its key; undefined where none does. */
export function carrierOf({ extensions }: Certificate): string | undefined {
  return CARRIERS.find((oid) => extensions.has(oid));
}

/** The evidence in an extension that `carrierOf` found. Throws `malformed`. */
export async function evidenceIn(certificate: Certificate, oid: string): Promise<EvidenceWithLog> {
  const evidence = contentOf(certificate, oid) ?? new Uint8Array();
  if (oid === OID.dstackAttestation) return parseDstackAttestation(evidence);
  const log = oid === OID.dstackQuote ? contentOf(certificate, OID.dstackEventLog) : undefined;
  return { evidence, ...(log && { eventLog: await inflated(log) }) };
}

/** dstack wraps the content in an OCTET STRING of its own, others do not. */
function contentOf({ extensions }: Certificate, oid: string): Uint8Array | undefined {
  const value = extensions.get(oid)?.value;
  if (value?.[0] !== TAG.octetString) return value;
  const wrapped = attempt(() => readWholeDer(value, 'extension'));
  return 'value' in wrapped ? value.subarray(wrapped.value.content, wrapped.value.end) : value;
}
