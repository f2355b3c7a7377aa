import { asObject, type Json, type JsonObject } from '../codec/json.ts';
import type { UnixSeconds } from '../codec/time.ts';
import { malformed } from '../errors.ts';
import {
  countOf,
  dateOf,
  hexOf,
  listOf,
  parseSignedDocument,
  type SignedDocument,
  textOf,
  textsOf,
} from './signed-json.ts';
import { type TcbStatus, tcbStatusOf } from './tcb-status.ts';

/** Status, date and advisories of a level: of a platform, a TDX module or a quoting enclave. */
export interface LevelStatus {
  readonly status: TcbStatus;
  readonly date: UnixSeconds;
  readonly advisories: readonly string[];
}

/** A level of the platform. SVNs as in the document; compared modulo 256, as Intel does. */
export interface PlatformLevel extends LevelStatus {
  readonly sgxComponents: readonly number[];
  /** TDX documents only. */
  readonly tdxComponents: readonly number[] | null;
  readonly pceSvn: number;
}

/** A level of a TDX module or a quoting enclave. */
export interface EnclaveLevel extends LevelStatus {
  readonly isvSvn: number;
}

/** Who signed a TDX module, and which attributes it has. */
export interface TdxModule {
  readonly mrSigner: Uint8Array;
  readonly attributes: Uint8Array;
}

/** The identity of one major version of the TDX module. */
export interface TdxModuleIdentity extends TdxModule {
  /** Upper case, `TDX_03`. */
  readonly id: string;
  readonly levels: readonly EnclaveLevel[];
}

/** TCB info of one FMSPC, version 3 or (SGX) 2 (Intel PCS API v4, "Get TCB Info"). */
export interface TcbInfo extends SignedDocument {
  readonly id: 'SGX' | 'TDX';
  readonly version: number;
  readonly issueDate: UnixSeconds;
  readonly nextUpdate: UnixSeconds;
  readonly fmspc: Uint8Array;
  readonly pceId: Uint8Array;
  readonly evaluationDataNumber: number;
  /** Highest first. */
  readonly levels: readonly PlatformLevel[];
  readonly module: TdxModule | null;
  readonly moduleIdentities: readonly TdxModuleIdentity[];
  /** True when every component SVN is 0 to 255. */
  readonly svnsInRange: boolean;
}

const ENCLAVE_WORDS: readonly TcbStatus[] = ['UpToDate', 'OutOfDate', 'Revoked'];

/** Parses TCB info strictly. Throws `malformed`, naming the field. */
export function parseTcbInfo(text: string): TcbInfo {
  const document = parseSignedDocument(text, 'tcbInfo');
  const { body } = document;
  const version = countOf(body, 'version', 3);
  if (version < 2) throw malformed(`version: expected 2 or 3, found ${version}`);
  const id = version === 2 ? 'SGX' : textOf(body, 'id');
  if (id !== 'SGX' && id !== 'TDX') throw malformed(`id: expected SGX or TDX, found ${id.slice(0, 20)}`);
  if (countOf(body, 'tcbType', 0xffff_ffff) !== 0) throw malformed('tcbType: expected 0');
  const tdx = id === 'TDX';
  if ((body.tdxModule !== undefined) !== tdx) throw malformed(`tdxModule: ${tdx ? 'missing' : 'must not be there'}`);
  const levels = listOf(body, 'tcbLevels').map((level) => platformLevelOf(asObject(level, 'tcbLevels'), version, tdx));
  if (levels.length === 0) throw malformed('tcbLevels: empty');
  const sorted = levels.toSorted((a, b) => compareLevels(b, a));
  if (sorted.some((level, index) => index > 0 && compareLevels(level, sorted[index - 1] as PlatformLevel) === 0)) {
    throw malformed('tcbLevels: a level twice');
  }
  const inRange = (svn: number): boolean => svn <= 255;
  return {
    ...document,
    id,
    version,
    issueDate: dateOf(body, 'issueDate'),
    nextUpdate: dateOf(body, 'nextUpdate'),
    fmspc: hexOf(body, 'fmspc', 6),
    pceId: hexOf(body, 'pceId', 2),
    evaluationDataNumber: countOf(body, 'tcbEvaluationDataNumber', 0xffff_ffff),
    levels: sorted,
    module: tdx ? moduleOf(asObject(body.tdxModule, 'tdxModule')) : null,
    moduleIdentities: moduleIdentitiesOf(body, tdx),
    svnsInRange: levels.every(
      (level) => level.sgxComponents.every(inRange) && (level.tdxComponents ?? []).every(inRange),
    ),
  };
}

function platformLevelOf(level: JsonObject, version: number, tdx: boolean): PlatformLevel {
  const tcb = asObject(level.tcb, 'tcb');
  const sgxComponents = version === 2 ? flatComponents(tcb) : componentsOf(tcb, 'sgxtcbcomponents');
  const tdxComponents = tdx ? componentsOf(tcb, 'tdxtcbcomponents') : null;
  return { sgxComponents, tdxComponents, pceSvn: countOf(tcb, 'pcesvn', 65_535), ...levelStatusOf(level) };
}

/** Reads status, date and advisories of any level. */
export function levelStatusOf(level: JsonObject): LevelStatus {
  return {
    status: tcbStatusOf(textOf(level, 'tcbStatus')),
    date: dateOf(level, 'tcbDate'),
    advisories: textsOf(level, 'advisoryIDs'),
  };
}

/** Levels by ISVSVN, highest first; not empty, none twice. Joining statuses gives a meaning to three words only. */
export function enclaveLevelsOf(object: JsonObject): readonly EnclaveLevel[] {
  const levels = listOf(object, 'tcbLevels').map((item: Json) => {
    const level = asObject(item, 'tcbLevels');
    const found = levelStatusOf(level);
    if (!ENCLAVE_WORDS.includes(found.status)) {
      throw malformed(`tcbStatus: ${found.status} is no status of a module or quoting enclave`, { field: 'tcbStatus' });
    }
    return { isvSvn: countOf(asObject(level.tcb, 'tcb'), 'isvsvn', 65_535), ...found };
  });
  if (levels.length === 0) throw malformed('tcbLevels: empty');
  if (new Set(levels.map(({ isvSvn }) => isvSvn)).size !== levels.length) throw malformed('tcbLevels: a level twice');
  return levels.toSorted((a, b) => b.isvSvn - a.isvSvn);
}

// Components are 0 to 255; Intel reads up to 65535 and keeps the low 8 bits, which `svnsInRange` reports.
function componentsOf(tcb: JsonObject, key: string): readonly number[] {
  const components = listOf(tcb, key).map((item) => countOf(asObject(item, key), 'svn', 65_535));
  if (components.length !== 16) throw malformed(`${key}: ${components.length} entries, expected 16`);
  return components;
}

function flatComponents(tcb: JsonObject): readonly number[] {
  return Array.from({ length: 16 }, (_, i) => countOf(tcb, `sgxtcbcomp${String(i + 1).padStart(2, '0')}svn`, 65_535));
}

function moduleOf(module: JsonObject): TdxModule {
  hexOf(module, 'attributesMask', 8);
  return { mrSigner: hexOf(module, 'mrsigner', 48), attributes: hexOf(module, 'attributes', 8) };
}

function moduleIdentitiesOf(body: JsonObject, tdx: boolean): readonly TdxModuleIdentity[] {
  if (body.tdxModuleIdentities === undefined) return [];
  const identities = listOf(body, 'tdxModuleIdentities').map((item) => {
    const identity = asObject(item, 'tdxModuleIdentities');
    return { id: textOf(identity, 'id').toUpperCase(), ...moduleOf(identity), levels: enclaveLevelsOf(identity) };
  });
  if (!tdx || identities.length === 0) throw malformed('tdxModuleIdentities: must not be there, or empty');
  if (new Set(identities.map(({ id }) => id)).size !== identities.length)
    throw malformed('tdxModuleIdentities: an id twice');
  return identities;
}

function compareLevels(a: PlatformLevel, b: PlatformLevel): number {
  return (
    compareSvns(a.sgxComponents, b.sgxComponents) ||
    a.pceSvn - b.pceSvn ||
    compareSvns(a.tdxComponents ?? [], b.tdxComponents ?? [])
  );
}

function compareSvns(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((svn, index) => svn !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
