import type { Platform } from './platform.ts';
import { type DocumentEdits, documentDate, signDocument } from './signed-document.ts';
import { type SvnLevel, type TcbLevel, tcbLevels } from './tcb-level.ts';
import { documentWindow, type IntelVendor } from './vendor.ts';

/** Who signs a TDX module, and with which attributes. */
export interface TdxModule {
  /** 48 bytes of hex. */
  readonly mrsigner: string;
  /** 8 bytes of hex. */
  readonly attributes: string;
  readonly attributesMask: string;
}

/** A version of the TDX module with its levels. */
export interface TdxModuleIdentity extends TdxModule {
  /** `TDX_01` is version 1. */
  readonly id: string;
  readonly levels: readonly SvnLevel[];
}

/** What a TCB info says; what is left out makes the platform up to date. */
export interface TcbInfoOptions extends DocumentEdits {
  readonly tee?: 'sgx' | 'tdx';
  /** 3, or 2 for the older form without an id and without TDX. */
  readonly version?: 2 | 3;
  readonly issueDate?: Date;
  readonly nextUpdate?: Date;
  readonly fmspc?: string;
  readonly pceId?: string;
  readonly evaluationDataNumber?: number;
  readonly levels?: readonly TcbLevel[];
  readonly tdxModule?: TdxModule;
  /** null leaves the member out. */
  readonly tdxModuleIdentities?: readonly TdxModuleIdentity[] | null;
}

/** The TDX module's signer and attributes: Intel's modules have zero in both. */
export const TDX_MODULE: TdxModule = {
  mrsigner: '00'.repeat(48),
  attributes: '00'.repeat(8),
  attributesMask: 'FF'.repeat(8),
};

/** Version 1 of the TDX module at the SVN of the default TD, and one level before. */
export const TDX_MODULE_IDENTITY: TdxModuleIdentity = {
  ...TDX_MODULE,
  id: 'TDX_01',
  levels: [
    { isvSvn: 7, date: '2024-11-13', status: 'UpToDate' },
    { isvSvn: 4, date: '2024-03-13', status: 'OutOfDate', advisories: ['INTEL-SA-01036', 'INTEL-SA-01099'] },
  ],
};

/** Issues the TCB info of a platform's FMSPC: the whole document, signed. */
export function issueTcbInfo(vendor: IntelVendor, platform: Platform, options: TcbInfoOptions = {}): Promise<string> {
  const tee = options.tee ?? 'sgx';
  const version = options.version ?? 3;
  const window = documentWindow(vendor);
  const identities = options.tdxModuleIdentities === undefined ? [TDX_MODULE_IDENTITY] : options.tdxModuleIdentities;
  const levels = options.levels ?? tcbLevels(platform, tee);
  const body = {
    ...(version === 3 && { id: tee.toUpperCase() }),
    version,
    issueDate: documentDate(options.issueDate ?? window.issueDate),
    nextUpdate: documentDate(options.nextUpdate ?? window.nextUpdate),
    fmspc: (options.fmspc ?? platform.fmspc).toUpperCase(),
    pceId: (options.pceId ?? platform.pceId).toUpperCase(),
    tcbType: 0,
    tcbEvaluationDataNumber: options.evaluationDataNumber ?? 20,
    ...(tee === 'tdx' && version === 3 && { tdxModule: options.tdxModule ?? TDX_MODULE }),
    ...(tee === 'tdx' && version === 3 && identities && { tdxModuleIdentities: identities.map(moduleIdentity) }),
    tcbLevels: levels.map((level) => tcbLevel(level, version)),
  };
  return signDocument(vendor, 'tcbInfo', body, options);
}

function moduleIdentity({ levels, id, ...module }: TdxModuleIdentity): object {
  return { id, ...module, tcbLevels: levels.map(svnLevel) };
}

/** A level as JSON, for module and enclave identities. */
export function svnLevel({ isvSvn, ...level }: SvnLevel): object {
  return { tcb: { isvsvn: isvSvn }, ...verdictOf(level) };
}

function tcbLevel({ components, pceSvn, tdxComponents, ...level }: TcbLevel, version: 2 | 3): object {
  if (version === 2) {
    const named = components.map((svn, index) => [`sgxtcbcomp${String(index + 1).padStart(2, '0')}svn`, svn] as const);
    return { tcb: { ...Object.fromEntries(named), pcesvn: pceSvn }, ...verdictOf(level) };
  }
  const tcb = {
    sgxtcbcomponents: components.map((svn, index) => ({ svn, ...SGX_COMPONENTS[index] })),
    pcesvn: pceSvn,
    ...(tdxComponents && { tdxtcbcomponents: tdxComponents.map((svn, index) => ({ svn, ...TDX_COMPONENTS[index] })) }),
  };
  return { tcb, ...verdictOf(level) };
}

function verdictOf({ date, status, advisories = [] }: Pick<TcbLevel, 'date' | 'status' | 'advisories'>): object {
  const tcbDate = `${date}T00:00:00Z`;
  return { tcbDate, tcbStatus: status, ...(advisories.length > 0 && { advisoryIDs: advisories }) };
}

/** What Intel's documents say each component is. */
const SGX_COMPONENTS: readonly object[] = [
  { category: 'BIOS', type: 'Early Microcode Update' },
  { category: 'OS/VMM', type: 'SGX Late Microcode Update' },
  { category: 'OS/VMM', type: 'TXT SINIT' },
  { category: 'BIOS' },
  { category: 'BIOS' },
  { category: 'BIOS' },
  {},
  { category: 'OS/VMM', type: 'SEAMLDR ACM' },
];
const TDX_COMPONENTS: readonly object[] = [
  { category: 'OS/VMM', type: 'TDX Module' },
  { category: 'OS/VMM', type: 'TDX Module' },
  { category: 'OS/VMM', type: 'TDX Late Microcode Update' },
];
