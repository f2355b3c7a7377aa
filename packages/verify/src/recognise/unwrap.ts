import type { Bundle } from '../bundle/bundle.ts';
import { fromHex } from '../codec/hex.ts';
import { asObject, type JsonObject, parseJsonObject } from '../codec/json.ts';
import { fromUtf8, utf8 } from '../codec/text.ts';
import { parseEnvelope, readEnvelope } from '../evidence/envelope.ts';
import type { Evidence } from '../options.ts';
import { evidenceIn } from './certificate.ts';
import type { RecognisedEvidence } from './recognise.ts';

/** Evidence, out of what it came in. */
export interface Unwrapped {
  readonly evidence: Evidence;
  /** DER of the certificate that carried it: the peer that a relying party asks about. */
  readonly certificate?: Uint8Array;
  readonly bundle?: Bundle;
}

/** The evidence in what was recognised. Throws `malformed`, naming what is wrong with what it came in. */
export async function unwrap(recognised: RecognisedEvidence): Promise<Unwrapped> {
  const { bytes } = recognised;
  switch (recognised.kind) {
    case 'evidence':
      return { evidence: { evidence: bytes } };
    case 'envelope':
      return { evidence: parseEnvelope(fromUtf8(bytes, 'envelope')) };
    case 'response': {
      const { attestation } = parseJsonObject(fromUtf8(bytes, 'answer'), 'answer');
      return { evidence: readEnvelope(asObject(attestation, 'answer.attestation')) };
    }
    case 'bundle': {
      // Bundles are seldom: their reader comes when one does.
      const { parseBundle } = await import('../bundle/bundle.ts');
      const bundle = parseBundle(fromUtf8(bytes, 'bundle'));
      return { evidence: bundle.evidence, bundle };
    }
    case 'reply':
      return { evidence: repliedEvidence(recognised.reply) };
    case 'certificate': {
      const { certificate, oid } = recognised;
      return { evidence: await evidenceIn(certificate, oid), certificate: certificate.raw };
    }
  }
}

/** A guest agent's quote, and its log, which comes as text or in place. */
function repliedEvidence(reply: JsonObject): Evidence {
  const { quote, event_log: log = reply.eventLog } = reply;
  const evidence = fromHex(String(quote).replace(/^0x/i, ''), 'quote');
  if (log === undefined || log === '') return { evidence };
  return { evidence, eventLog: utf8(typeof log === 'string' ? log : JSON.stringify(log)) };
}
