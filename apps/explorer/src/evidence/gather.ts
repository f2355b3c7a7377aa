import { AssayError, type RawEndorsements } from '@assay/verify';
import { type Certificate, equalBytes, fromUtf8, type JsonObject } from '@assay/verify/codec';
import { endorsementsFromDirectory, parseEndorsements } from '@assay/verify/endorsements';
import { type Recognised, type RecognisedEvidence, recognise, type Unwrapped, unwrap } from '@assay/verify/recognise';
import { TEES } from './tees.ts';

/** A file that was dropped or chosen, or a text that was pasted. */
export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A certificate that the reader may vouch for. */
export interface NamedRoot {
  readonly name: string;
  readonly der: Uint8Array;
}

/** A file of evidence: read, or broken in a way that says what it was meant to be. */
export type Given = {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where a server answered it: SHA-256 of the server's `/info` as received, lower-case hex, where there is one. */
  readonly answered?: { readonly infoSha256: string | undefined };
} & (Unwrapped | { readonly malformed: string });

/** What a handful of files holds. */
export interface Gathered {
  readonly given: Given | undefined;
  readonly endorsements: RawEndorsements | undefined;
  readonly eventLog: Uint8Array | undefined;
  readonly appCompose: Uint8Array | undefined;
  /** A policy as text. */
  readonly policy: string | undefined;
  /** Roots that were among the files: offered, never trusted without a word of the reader. */
  readonly roots: readonly NamedRoot[];
  /** Names of files that are none of these. */
  readonly ignored: readonly string[];
}

type Part = Partial<Pick<Gathered, 'given' | 'endorsements' | 'eventLog' | 'appCompose' | 'policy'>> & {
  readonly root?: NamedRoot;
};

/** What a part is called where there is another of its kind. */
const KINDS = {
  given: 'file of evidence',
  endorsements: 'file of collateral',
  eventLog: 'event log',
  appCompose: 'app-compose file',
  policy: 'policy',
} as const;
const KEYS = ['given', 'endorsements', 'eventLog', 'appCompose', 'policy'] as const;

/** Sorts files by what they are. Of several of one kind the first counts, and the others are named. */
export async function gather(files: readonly InputFile[]): Promise<Gathered> {
  const folder: Record<string, Uint8Array> = {};
  const parts: Part[] = [];
  const ignored: string[] = [];
  for (const file of files) {
    const name = file.name.slice(file.name.lastIndexOf('/') + 1);
    // Endorsements are known by their names, as in a folder of `assay collateral fetch`.
    if (Object.keys(endorsementsFromDirectory({ [name]: file.bytes })).length > 0) {
      if (name in folder) ignored.push(`${name} (one of this name at a time)`);
      else folder[name] = file.bytes;
      continue;
    }
    const recognised = recognise(file.bytes, TEES);
    const part = await partOf({ ...file, name }, recognised);
    const surplus = KEYS.find((key) => part?.[key] !== undefined && parts.some((other) => other[key] !== undefined));
    if (part === undefined)
      ignored.push(recognised?.kind === 'certificates' ? `${name} (a certificate, no root)` : name);
    else if (surplus) ignored.push(`${name} (one ${KINDS[surplus]} at a time)`);
    else parts.push(part);
  }
  const named = endorsementsFromDirectory(folder);
  return {
    given: first(parts, 'given'),
    endorsements: Object.keys(named).length > 0 ? named : first(parts, 'endorsements'),
    eventLog: first(parts, 'eventLog'),
    appCompose: first(parts, 'appCompose'),
    policy: first(parts, 'policy'),
    roots: parts.flatMap(({ root }) => root ?? []),
    ignored,
  };
}

function first<K extends keyof Part>(parts: readonly Part[], key: K): Part[K] | undefined {
  return parts.find((part) => part[key] !== undefined)?.[key];
}

async function partOf({ name, bytes }: InputFile, recognised: Recognised | undefined): Promise<Part | undefined> {
  if (recognised === undefined) return undefined;
  if (recognised.kind === 'event-log') return { eventLog: recognised.bytes };
  if (recognised.kind === 'certificates') return rootPart(recognised.certificates);
  if (recognised.kind === 'json') return jsonPart(recognised.bytes, recognised.object);
  return { given: { name, bytes, ...(await contentOf(recognised)) } };
}

async function contentOf(recognised: RecognisedEvidence): Promise<Unwrapped | { readonly malformed: string }> {
  try {
    return await unwrap(recognised);
  } catch (error) {
    if (error instanceof AssayError) return { malformed: error.message };
    throw error;
  }
}

/** A certificate that names itself as its issuer. */
function rootPart(certificates: readonly Certificate[]): Part | undefined {
  const root = certificates.find(({ issuer, subject }) => equalBytes(issuer.raw, subject.raw));
  const { CN = 'a root without a name', O = 'no organisation' } = root?.subject.attributes ?? {};
  return root && { root: { name: `${CN} (${O})`, der: root.raw } };
}

function jsonPart(bytes: Uint8Array, json: JsonObject): Part | undefined {
  if ('docker_compose_file' in json || 'manifest_version' in json) return { appCompose: bytes };
  if (isPolicy(json)) return { policy: fromUtf8(bytes) };
  try {
    return { endorsements: parseEndorsements(bytes) };
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

const POLICY_KEYS = ['releases', 'binding', 'freshness', 'identity', 'tcb', 'platforms', 'confidentialSpace'];

function isPolicy(json: JsonObject): boolean {
  return json.schema === 'assay.policy/1' || (json.schema === undefined && POLICY_KEYS.some((key) => key in json));
}
