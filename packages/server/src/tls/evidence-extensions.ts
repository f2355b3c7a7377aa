import { gzipSync } from 'node:zlib';
import { AssayError } from '@assay/verify';
import { asObject, concatBytes, fromUtf8, type Json, parseJson, utf8 } from '@assay/verify/codec';
import type { Envelope } from '@assay/verify/evidence';
import type { RawExtension } from './self-signed.ts';

/** Extensions that verifiers look for evidence in: dstack's two under 1.3.6.1.4.1.62397.1, and that of SGX RA-TLS. */
const OID = {
  tdxQuote: '1.3.6.1.4.1.62397.1.1',
  eventLog: '1.3.6.1.4.1.62397.1.2',
  sgxQuote: '1.2.840.113741.1337.6',
} as const;

const COMPRESSED = utf8('ELGZv1');
/** What readers unpack at most, in bytes. */
const MAX_EVENT_LOG = 16_384;

/**
 * The extensions that carry evidence in a certificate. Certificates have little room: of an event log they have RTMR3,
 * as dstack's own. Throws `usage` for evidence that no extension is known for, and for a log that does not fit.
 */
export function evidenceExtensions({ tee, evidence, eventLog }: Envelope): readonly RawExtension[] {
  if (tee === 'sgx') return [{ oid: OID.sgxQuote, value: new Uint8Array(evidence) }];
  if (tee !== 'tdx') throw noCertificate(`no certificate carries evidence of the kind ${tee ?? 'unknown'}`);
  const quote = { oid: OID.tdxQuote, value: octetString(evidence) };
  if (eventLog === undefined) return [quote];
  const log = utf8(JSON.stringify(runtimeEvents(eventLog)));
  if (log.length > MAX_EVENT_LOG) {
    throw noCertificate(`RTMR3 of the event log has ${log.length} bytes, ${MAX_EVENT_LOG} fit into a certificate`);
  }
  return [quote, { oid: OID.eventLog, value: octetString(concatBytes(COMPRESSED, gzipSync(log))) }];
}

/** That no certificate can be made here, and what else there is. */
export function noCertificate(what: string): AssayError {
  const instead = 'give a key and a certificate of your own, whose key each answer of /attestation then names';
  return new AssayError('usage', `tls: ${what}; ${instead}`, { field: 'tls' });
}

function runtimeEvents(eventLog: Uint8Array): readonly Json[] {
  const entries = parseJson(fromUtf8(eventLog, 'eventLog'), 'eventLog');
  if (!Array.isArray(entries)) throw noCertificate('the event log is no list of entries');
  return entries.filter((entry) => asObject(entry, 'eventLog').imr === 3);
}

/** DER: dstack wraps the content of its extensions once more. */
function octetString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = content;
  if (length > 0xffff) throw noCertificate(`evidence of ${length} bytes does not fit into a certificate`);
  const head = length < 0x80 ? [4, length] : length < 0x100 ? [4, 0x81, length] : [4, 0x82, length >> 8, length & 0xff];
  return Uint8Array.from([...head, ...content]);
}
