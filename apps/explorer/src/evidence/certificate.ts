import { AssayError, type Evidence } from '@assay/verify';
import {
  type Certificate,
  equalBytes,
  fromCertificateChain,
  parseCertificate,
  readWholeDer,
  TAG,
  utf8,
} from '@assay/verify/codec';

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

/** The certificates of PEM or DER bytes, leaf first. Empty when they are none. */
export function certificatesOf(bytes: Uint8Array): readonly Certificate[] {
  try {
    return fromCertificateChain(bytes).map(parseCertificate);
  } catch (error) {
    if (error instanceof AssayError) return [];
    throw error;
  }
}

/** True for a certificate that names itself as its issuer. */
export function isRoot({ issuer, subject }: Certificate): boolean {
  return equalBytes(issuer.raw, subject.raw);
}

/** The evidence in a certificate; undefined when it carries none. Throws `malformed` when what it carries is broken. */
export async function evidenceIn({ extensions }: Certificate): Promise<Evidence | undefined> {
  const contentOf = (oid: string): Uint8Array | undefined => {
    const value = extensions.get(oid)?.value;
    return value && unwrapped(value);
  };
  if (contentOf(OID.dstackAttestation)) {
    throw malformed('it carries a versioned dstack attestation, which this page does not read: use `assay verify`');
  }
  const sgx = contentOf(OID.sgxQuote);
  const tdx = contentOf(OID.dstackQuote);
  if (tdx === undefined) return sgx && { evidence: sgx };
  const log = contentOf(OID.dstackEventLog);
  return { evidence: tdx, ...(log && { eventLog: await inflated(log) }) };
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

async function inflated(log: Uint8Array): Promise<Uint8Array> {
  if (!COMPRESSED.every((byte, index) => log[index] === byte)) return log;
  const packed = new Blob([new Uint8Array(log.subarray(COMPRESSED.length))]);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunksOf(packed.stream().pipeThrough(new DecompressionStream('gzip')))) {
      length += chunk.length;
      if (length > MAX_EVENT_LOG) break;
      chunks.push(chunk);
    }
  } catch {
    length = Number.POSITIVE_INFINITY;
  }
  if (length > MAX_EVENT_LOG) throw malformed(`event log: not gzip, or larger than ${MAX_EVENT_LOG} bytes`);
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** Not every browser iterates over streams. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function malformed(reason: string): AssayError {
  return new AssayError('malformed', `certificate: ${reason}`, { field: 'certificate' });
}
