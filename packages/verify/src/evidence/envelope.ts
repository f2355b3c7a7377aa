import type { BatchProof } from '../binding/batch.ts';
import { toBase64 } from '../codec/base64.ts';
import { asObject, type Json, type JsonObject, parseJsonObject } from '../codec/json.ts';
import { arrayOf, bytesOf, exactMembers, integerOf } from '../codec/json-fields.ts';
import { endorsementsJson, readEndorsements } from '../endorsements/json.ts';
import { malformed } from '../errors.ts';
import type { Evidence } from '../options.ts';
import type { TeeName } from '../verdict/verdict.ts';

/** Evidence as an envelope carries it. `tee` is a hint: what the bytes are, they show themselves. */
export interface Envelope extends Evidence {
  readonly tee?: TeeName | undefined;
}

/** The longest members, in bytes. */
const LIMITS = { evidence: 1_048_576, statement: 65_536, eventLog: 4_194_304, appCompose: 1_048_576 } as const;
/** More than any batch needs; how many are right is for its own check to say. */
const MAX_PATH = 64;
const TEES: readonly TeeName[] = ['sgx', 'tdx', 'snp', 'confidential-space'];

/**
 * Parses `assay.evidence/1`. Throws `malformed`, naming the member; unknown members are refused.
 *
 * @example const verdict = await verify(parseEnvelope(text), options);
 */
export function parseEnvelope(text: string): Envelope {
  return readEnvelope(parseJsonObject(text, 'envelope'));
}

/** Reads the members of `assay.evidence/1`, for example inside a bundle. Throws `malformed`, naming the member. */
export function readEnvelope(object: JsonObject): Envelope {
  if (object.schema !== 'assay.evidence/1') {
    throw malformed('envelope.schema: expected "assay.evidence/1"', { field: 'envelope.schema' });
  }
  const optional = ['statement', 'proof', 'eventLog', 'appCompose', 'endorsements'];
  exactMembers(object, 'envelope', ['schema', 'tee', 'evidence'], optional);
  const { tee, statement, proof, eventLog, appCompose, endorsements } = object;
  const known = TEES.find((name) => name === tee);
  if (known === undefined && tee !== null) {
    throw malformed(`envelope.tee: expected one of ${TEES.join(', ')}, or null`, { field: 'envelope.tee' });
  }
  const bytes = (name: keyof typeof LIMITS): Uint8Array => bytesOf(object[name], `envelope.${name}`, LIMITS[name]);
  return {
    ...(known !== undefined && { tee: known }),
    evidence: bytes('evidence'),
    ...(statement !== undefined && { statement: bytes('statement') }),
    ...(proof !== undefined && { proof: readProof(asObject(proof, 'envelope.proof')) }),
    ...(eventLog !== undefined && { eventLog: bytes('eventLog') }),
    ...(appCompose !== undefined && { appCompose: bytes('appCompose') }),
    ...(endorsements !== undefined && {
      endorsements: readEndorsements(asObject(endorsements, 'envelope.endorsements')),
    }),
  };
}

/** `assay.evidence/1` as text: the same bytes for the same evidence. */
export function serialiseEnvelope(envelope: Envelope): string {
  return JSON.stringify(envelopeJson(envelope));
}

/** `assay.evidence/1` as an object. */
export function envelopeJson(envelope: Envelope): JsonObject {
  const { tee, evidence, statement, proof, eventLog, appCompose, endorsements } = envelope;
  return {
    schema: 'assay.evidence/1',
    tee: tee ?? null,
    evidence: toBase64(evidence),
    ...(statement && { statement: toBase64(statement) }),
    ...(proof && { proof: proofJson(proof) }),
    ...(eventLog && { eventLog: toBase64(eventLog) }),
    ...(appCompose && { appCompose: toBase64(appCompose) }),
    ...(endorsements && { endorsements: endorsementsJson(endorsements) }),
  };
}

/** Form only: whether it proves anything is judged with the evidence. */
function readProof(object: JsonObject): BatchProof {
  const field = 'envelope.proof';
  exactMembers(object, field, ['index', 'size', 'salt', 'path']);
  return {
    index: integerOf(object.index, `${field}.index`, 0, Number.MAX_SAFE_INTEGER),
    size: integerOf(object.size, `${field}.size`, 0, Number.MAX_SAFE_INTEGER),
    salt: bytesOf(object.salt, `${field}.salt`, 64),
    path: arrayOf(object.path, `${field}.path`, MAX_PATH).map((hash: Json) => bytesOf(hash, `${field}.path`, 64)),
  };
}

function proofJson({ index, size, salt, path }: BatchProof): JsonObject {
  return { index, size, salt: toBase64(salt), path: path.map(toBase64) };
}
