import { AssayError, type Evidence } from '@assay/verify';
import { parseBundle } from '@assay/verify/bundle';
import { fromUtf8, type JsonObject, parseJsonObject, toHex, toIso } from '@assay/verify/codec';
import { parseEnvelope } from '@assay/verify/evidence';
import { replyContent } from '../evidence.ts';
import type { Findings, Sections } from './inspection.ts';
import { inspectWrapped } from './wrapped.ts';

/** What a guest agent's reply holds: a quote, and its event log. */
export async function inspectReply(bytes: Uint8Array, reply: JsonObject): Promise<Findings> {
  return inspectParsed("dstack guest agent's reply", () => ({ evidence: replyContent(bytes, reply) }));
}

/** What an envelope holds. */
export async function inspectEnvelope(bytes: Uint8Array): Promise<Findings> {
  return inspectParsed('Envelope', () => ({ evidence: parseEnvelope(fromUtf8(bytes, 'envelope')) }));
}

/** What a bundle holds: its evidence, and its maker's testimony. */
export async function inspectBundle(bytes: Uint8Array): Promise<Findings> {
  return inspectParsed('Bundle', () => {
    const { evidence, record, content, countersignatures, timestamps } = parseBundle(fromUtf8(bytes, 'bundle'));
    const { instant, verdictDigest, version } = record;
    return {
      evidence,
      more: {
        record: { ...(content.record as JsonObject), instant: toIso(instant), verdictDigest, version },
        proofs: { countersignatures: countersignatures.length, timestamps: timestamps.length },
      },
    };
  });
}

interface Content {
  readonly evidence: Evidence;
  readonly more?: Sections;
}

async function inspectParsed(title: string, parse: () => Content): Promise<Findings> {
  let content: Content;
  try {
    content = parse();
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { title, problems: [error.message], content: {} };
  }
  const { statement, appCompose, proof, endorsements } = content.evidence;
  return inspectWrapped(title, content.evidence, (inner) => ({
    ...inner,
    ...(statement && { statement: documentOf(statement) }),
    ...(proof && {
      proof: { index: proof.index, size: proof.size, salt: toHex(proof.salt), path: proof.path.map(toHex) },
    }),
    ...(appCompose && { appCompose: documentOf(appCompose) }),
    ...(endorsements && { endorsements: presentIn(endorsements) }),
    ...content.more,
  }));
}

/** JSON as it is; what is none, in hexadecimal. */
function documentOf(bytes: Uint8Array): JsonObject {
  try {
    return parseJsonObject(fromUtf8(bytes));
  } catch (error) {
    if (error instanceof AssayError) return { unreadable: error.message, bytes: toHex(bytes) };
    throw error;
  }
}

/** Which endorsements came along, by vendor, with their sizes. */
function presentIn(endorsements: object): JsonObject {
  const sizeOf = (value: unknown): number =>
    value instanceof Uint8Array || typeof value === 'string' ? value.length : 0;
  return Object.fromEntries(
    Object.entries(endorsements).map(([vendor, members]) => [
      vendor,
      Object.fromEntries(Object.entries(members ?? {}).map(([name, value]) => [name, `${sizeOf(value)} bytes`])),
    ]),
  );
}
