import type { Entropy } from '../entropy.ts';
import { type ErrnoName, systemError } from '../fuse/errno.ts';
import type { FuseFile, FuseFolder, FuseNode, OpenFile } from '../fuse/tree.ts';
import type { QuoteSource } from '../software/source.ts';
import { loadEnclave } from './enclave.ts';

/** What goes wrong with one open for reading, or one write. */
export type GramineFault =
  | { readonly kind: 'error'; readonly code: ErrnoName }
  /** The file holds something else. */
  | { readonly kind: 'bytes'; readonly bytes: (right: Uint8Array) => Uint8Array }
  /** It waits first. */
  | { readonly kind: 'wait'; readonly until: Promise<void> };

/** What is done with a file; its name as in `keys/default`. */
export interface GramineAccess {
  readonly name: string;
  readonly operation: 'read' | 'write';
}

/** An enclave under Gramine. */
export interface GramineFolderOptions {
  /** Where the keys of the processor come from. */
  readonly entropy: Entropy;
  /** As in the manifest. Default `dcap`; `none` has no quotes. */
  readonly attestationType?: string;
  /** Keys of encrypted mounts besides the two sealing keys; 16 bytes, or null for one that nobody has set yet. */
  readonly keys?: Readonly<Record<string, Uint8Array | null>>;
  /** Asked once for each access. */
  readonly fault?: (access: GramineAccess) => GramineFault | undefined;
}

const REPORT_DATA = 64;
const TARGET_INFO = 512;
const KEY = 16;

type Load = () => Promise<Uint8Array> | Uint8Array;
type Save = (bytes: Uint8Array) => void;
type Entry = readonly [name: string, node: FuseNode];

/**
 * Gramine's `/dev/attestation` as a tree, for a mount or `createTreeFiles`. As there: an open makes what is read, one
 * write is the whole value, padded with zeros or cut, and all who use the folder share the report data.
 */
export function createGramineFolder(source: QuoteSource, options: GramineFolderOptions): FuseFolder {
  const { attestationType = 'dcap', keys = { default: null }, fault = () => undefined } = options;
  const enclave = loadEnclave(source, options.entropy);
  const registers = { user_report_data: new Uint8Array(REPORT_DATA), target_info: new Uint8Array(TARGET_INFO) };
  const written = new Map<string, Uint8Array>();
  const named = (name: string, load: Load, save?: Save): Entry => [name, pseudoFile(name, load, save, fault)];
  // It can be opened for reading, too, and holds nothing then.
  const register = (name: keyof typeof registers): Entry =>
    named(
      name,
      () => NOTHING,
      (bytes) => {
        registers[name] = fitted(bytes, registers[name].length);
      },
    );
  const key = (name: string, load: Load): Entry => {
    const save = (bytes: Uint8Array): void => {
      if (bytes.length !== KEY) throw systemError('EACCES', 'write');
      written.set(name, bytes);
    };
    return [name, pseudoFile(`keys/${name}`, () => written.get(name) ?? load(), save, fault)];
  };
  const keyFolder = folderOf([
    key('_sgx_mrenclave', () => enclave.sealingKey('mrenclave')),
    key('_sgx_mrsigner', () => enclave.sealingKey('mrsigner')),
    ...Object.entries(keys).map(([name, value]) => key(name, () => value ?? NOTHING)),
  ]);
  return folderOf([
    named('attestation_type', () => Buffer.from(attestationType)),
    named('my_target_info', () => enclave.targetInfo()),
    named('report', () => enclave.report(registers.user_report_data, registers.target_info)),
    register('user_report_data'),
    register('target_info'),
    ...(attestationType === 'none' ? [] : [named('quote', () => enclave.quote(registers.user_report_data))]),
    ['keys', keyFolder],
  ]);
}

const NOTHING = new Uint8Array();

function folderOf(nodes: readonly Entry[]): FuseFolder {
  const byName = new Map(nodes);
  return {
    kind: 'folder',
    mode: 0o555,
    names: () => [...byName.keys()],
    lookup: (name) => byName.get(name),
    unlink: () => {
      throw systemError('EACCES', 'unlink');
    },
  };
}

function pseudoFile(
  name: string,
  load: Load,
  save: Save | undefined,
  faultOf: (access: GramineAccess) => GramineFault | undefined,
): FuseFile {
  const suffer = async (operation: GramineAccess['operation'], bytes: Load): Promise<Uint8Array> => {
    const fault = faultOf({ name, operation });
    if (fault?.kind === 'wait') await fault.until;
    if (fault?.kind === 'error') throw systemError(fault.code, operation);
    const right = await bytes();
    return fault?.kind === 'bytes' ? fault.bytes(right) : right;
  };
  return {
    kind: 'file',
    mode: save === undefined ? 0o444 : 0o666,
    size: 0,
    async open({ read, write }): Promise<OpenFile> {
      const held = read ? await suffer('read', load) : NOTHING;
      return {
        ...(read && { read: (offset: number, length: number) => held.slice(offset, offset + length) }),
        ...(write && {
          write: async (_offset: number, bytes: Uint8Array) => save?.(await suffer('write', () => bytes)),
        }),
      };
    },
  };
}

/** Padded with zeros, or cut: Gramine refuses neither. */
function fitted(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const fit = new Uint8Array(length);
  fit.set(bytes.subarray(0, length));
  return fit;
}
