import type { Catalogue, CheckDefinition } from '../verdict/check.ts';

const IDENTITY: CheckDefinition = { layer: 'identity' };
const IDENTITY_BY_DSTACK: CheckDefinition = { layer: 'identity', authority: 'dstack' };

/** Checks of a dstack key's signature chain: from the key over the app's root to the KMS root that the caller pins. */
export const keyChainChecks = {
  'dstack.key-chain.form': IDENTITY,
  'dstack.key-chain.app-root': IDENTITY,
  'dstack.key-chain.issuer': IDENTITY,
  'dstack.key-chain.kms-root': IDENTITY_BY_DSTACK,
} as const satisfies Catalogue;
