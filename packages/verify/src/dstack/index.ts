export { keyChainChecks } from './checks.ts';
export { type KeyChain, type KeyChainResult, type KeyName, verifyKeyChain } from './key-chain.ts';
export type { KeyAlgorithm } from './key-claim.ts';
