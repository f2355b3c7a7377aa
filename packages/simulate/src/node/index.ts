export type { ErrnoName } from '../fuse/errno.ts';
export type { TreeFiles, TreeHandle } from '../fuse/files.ts';
export { fuseMissing } from '../fuse/missing.ts';
export { type FuseMount, mountFuse } from '../fuse/mount.ts';
export type { FuseAccess, FuseFile, FuseFolder, FuseNode, OpenFile } from '../fuse/tree.ts';
export { keepTokenFile, TOKEN_FILE, type TokenFile, type TokenFileOptions } from '../google/token-file.ts';
export {
  createGramineFolder,
  type GramineAccess,
  type GramineFault,
  type GramineFolderOptions,
} from '../gramine/folder.ts';
export { type Hardware, realHardware } from '../hardware/real-hardware.ts';
export { type Handler, type Listener, type ListenOptions, listen, type Place } from '../listen.ts';
export {
  type AttestationProxyOptions,
  createAttestationProxy,
  type ProxyFault,
  type ProxyQuote,
} from '../proxy/proxy.ts';
export { createSoftwareAttester } from '../software/attester.ts';
export type { TableCertificates } from '../tsm/certificate-table.ts';
export { createTsmFiles, mountTsm } from '../tsm/mount.ts';
export { createSoftwareTsm, type SoftwareTsmOptions } from '../tsm/software.ts';
export { createTsmTree, type TsmFaults, type TsmTree, type TsmTreeOptions } from '../tsm/tree.ts';
