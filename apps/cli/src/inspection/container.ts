import { AssayError } from '@assay/verify';
import { fromUtf8, type JsonObject, parseJsonObject, toHex, toIso } from '@assay/verify/codec';
import { type RecognisedEvidence, type Unwrapped, unwrap } from '@assay/verify/recognise';
import { describeCertificate } from './evidence.ts';
import type { Findings, Sections } from './inspection.ts';
import { inspectWrapped } from './wrapped.ts';

/** Evidence in something. */
export type Container = Exclude<RecognisedEvidence, { readonly kind: 'evidence' }>;

const TITLES: Readonly<Record<Container['kind'], string>> = {
  envelope: 'Envelope',
  response: 'Answer with its evidence',
  bundle: 'Bundle',
  reply: "dstack guest agent's reply",
  certificate: 'X.509 certificate with evidence',
};

/** What evidence says that came in something, and what that says beside it. */
export async function inspectContainer(container: Container): Promise<Findings> {
  const title = TITLES[container.kind];
  const outside: Sections =
    container.kind === 'certificate'
      ? { certificate: { ...describeCertificate(container.certificate), extension: container.oid } }
      : {};
  let content: Unwrapped;
  try {
    content = await unwrap(container);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return { title, problems: [error.message], content: outside };
  }
  const { statement, appCompose, proof, endorsements } = content.evidence;
  return inspectWrapped(title, content.evidence, (inner) => ({
    ...outside,
    ...inner,
    ...(statement && { statement: documentOf(statement) }),
    ...(proof && {
      proof: { index: proof.index, size: proof.size, salt: toHex(proof.salt), path: proof.path.map(toHex) },
    }),
    ...(appCompose && { appCompose: documentOf(appCompose) }),
    ...(endorsements && { endorsements: presentIn(endorsements) }),
    ...testimonyOf(content),
  }));
}

/** Of a bundle: its maker's record, and who says when it was. */
function testimonyOf({ bundle }: Unwrapped): Sections {
  if (bundle === undefined) return {};
  const { record, content, countersignatures, timestamps } = bundle;
  const { instant, verdictDigest, version } = record;
  return {
    record: { ...(content.record as JsonObject), instant: toIso(instant), verdictDigest, version },
    proofs: { countersignatures: countersignatures.length, timestamps: timestamps.length },
  };
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
